import { rebuildViews } from '../commands/admin.ts'
import { cordonHost, uncordonHost } from '../commands/cordon-host.ts'
import { listDeadLetters, resolveDeadLetters, showDeadLetter } from '../commands/dead-letters.ts'
import { issueJoinToken, listJoinTokens, revokeJoinToken } from '../commands/join-token.ts'
import { showKafkaAcls } from '../commands/kafka-acls.ts'
import { excludeEvent, listUnreadable } from '../commands/log.ts'
import { removeHost } from '../commands/remove-host.ts'
import { showStatus } from '../commands/status.ts'
import { count, idempotencyKey, outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** For the operator of a server. */
export const adminVerbs: Verbs = (program, { run, setExitCode }) => {
  const admin = program.command('admin').description('for the operator of a server')
  admin
    .command('rebuild-views')
    .description('rebuild the views of the running server from the log, and compare')
    .option('--verify', 'compare only, and leave the live views as they are', false)
    .addOption(outputOption())
    .action((options) => run(options, (context) => rebuildViews(context, options)))

  admin
    .command('status')
    .description('show how the server fares, and how far each of its followers has come')
    .addOption(outputOption())
    .action((options) => run(options, (context) => showStatus(context)))

  const host = admin.command('host').description('the machines the databases run on')
  const joinToken = host
    .command('join-token')
    .description('make a token that lets one host join, once')
    // Behind a command below it, an option is that command's.
    .enablePositionalOptions()
    .option('--host <host>', 'a host that has joined, which may come with another key than before')
    .option('--expires <time>', 'ISO 8601; in one hour if left out')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((options) => run(options, (context) => issueJoinToken(context, options)))
  joinToken
    .command('list')
    .alias('ls')
    .description('list join tokens, and who has joined with them')
    .option('-a, --all', 'those that are used, expired or revoked, too', false)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listJoinTokens(context, options)))
  joinToken
    .command('revoke <id>')
    .description('revoke one that no host has joined with')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => revokeJoinToken(context, id, options)))
  host
    .command('kafka-acls <host>')
    .description('print the commands that give the agent of a host an account of its own in Kafka')
    .option('--user <name>', 'the account; agent-<id of the host> if left out')
    .option('--namespace <name>', 'the COFFER_NAMESPACE of the system, where it has one')
    .option('--broker <address>', 'what the commands connect to', 'localhost:9092')
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => showKafkaAcls(context, name, options)))
  host
    .command('cordon <host>')
    .description('keep new databases off a host, as before maintenance; those that it has go on')
    .option('--reason <text>', 'why, for people')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => cordonHost(context, name, options)))
  host
    .command('uncordon <host>')
    .description('let a host have new databases again')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => uncordonHost(context, name, options)))
  host
    .command('remove <host>')
    .description('declare a host gone for good: its databases are given up (asks first at a terminal)')
    .option('--force', 'also while it is up and has databases', false)
    .option('-y, --yes', 'do not ask, as at a terminal', false)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => removeHost(context, name, options)))

  const log = admin.command('log').description('events of the log that cannot be read')
  log
    .command('unreadable')
    .description('list them, oldest first')
    .option('-a, --all', 'those that are left out, too', false)
    .option('-n, --limit <number>', 'how many at most', count, 200)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listUnreadable(context, options)))
  log
    .command('exclude <stream> <revision>')
    .description('leave one out, so that its stream takes commands again')
    .option('--note <text>', 'why, for the audit log')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((stream, revision, options) =>
      run(options, (context) => excludeEvent(context, stream, Number(revision), options)),
    )

  const deadLetters = admin.command('dead-letters').description('messages that could not be handled and were put aside')
  deadLetters
    .command('list')
    .alias('ls')
    .description('list those that await a decision, topic after topic, the latest first')
    .option('--topic <topic>', 'only those of this topic, such as coffer.agent.results')
    .option('-a, --all', 'those that were replayed or dropped, too', false)
    .option('--oldest-first', 'the other way round', false)
    .option('-n, --limit <number>', 'how many at most', count, 50)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listDeadLetters(context, options)))
  deadLetters
    .command('show <id>')
    .description('show one with the message itself')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => showDeadLetter(context, id)))
  const resolutions = {
    replay: 'publish them again to their topics, for those who can handle them by now',
    drop: 'mark them as no longer needed',
  } as const
  for (const what of ['replay', 'drop'] as const) {
    deadLetters
      .command(`${what} [ids...]`)
      .description(resolutions[what])
      .option('-a, --all', 'all that are open now', false)
      .option('--topic <topic>', 'with --all: only those of this topic')
      .addOption(outputOption())
      .action((ids, options) =>
        run(options, async (context) => setExitCode(await resolveDeadLetters(context, what, ids, options))),
      )
  }
}
