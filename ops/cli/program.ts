import { type Command, Option } from 'commander'
import { instanceStatuses, operationStatuses } from '../../projections/documents.ts'
import { programVersion } from '../program-info.ts'
import { rebuildViews } from './commands/admin.ts'
import { listDatastores, listFlavors, listHosts, showQuota } from './commands/catalogue.ts'
import { changeVersion, defineFlavor, retireFlavor, setQuota, type VersionChange } from './commands/change-catalogue.ts'
import { type Change, changeInstance } from './commands/change-instance.ts'
import { namesOf } from './commands/complete.ts'
import { connect, connectionFormats } from './commands/connect.ts'
import { createInstance } from './commands/create-instance.ts'
import { listDeadLetters, resolveDeadLetters, showDeadLetter } from './commands/dead-letters.ts'
import { showEvents } from './commands/events.ts'
import { excludeEvent, listUnreadable } from './commands/log.ts'
import { login, logout } from './commands/login.ts'
import { cancelOperation, listOperations, showOperation, watchOperation } from './commands/operations.ts'
import { removeHost } from './commands/remove-host.ts'
import { listInstances, renameInstance, showInstance } from './commands/show-instance.ts'
import { showStatus } from './commands/status.ts'
import { issueToken, listTokens, revokeToken } from './commands/tokens.ts'
import { adoptInstance, listUnlisted, removeUnlisted } from './commands/unlisted.ts'
import { whoami } from './commands/whoami.ts'
import { candidates, completionScripts, type NamedThings, type Shell } from './completion.ts'
import type { CliContext } from './context.ts'
import { addHelpCommand, createHelpfulProgram } from './help.ts'
import {
  collect,
  count,
  oneOrMoreOf,
  outputOption,
  positiveSeconds,
  quietOption,
  waitSeconds,
  wholeNumber,
  withWaiting,
} from './options.ts'
import { defaultProfile } from './profiles.ts'
import { repeatedly } from './repeat.ts'
import type { RunCommand } from './run.ts'

export type ProgramParts = {
  readonly run: RunCommand
  /** Runs a server in this process until it is told to stop; answers its exit code. Absent where there is none to run. */
  readonly serve?: ((roles: string | undefined) => Promise<number>) | undefined
  readonly setExitCode: (code: number) => void
  readonly print: (text: string) => void
}

/** The whole command line, as commander knows it. */
export const createProgram = (parts: ProgramParts): Command => {
  const program = createHelpfulProgram(programVersion)
  addInstanceCommands(program, parts)
  addOperationCommands(program, parts)
  addEventCommands(program, parts)
  addCatalogueCommands(program, parts)
  addTokenCommands(program, parts)
  addAdminCommands(program, parts)
  addLocalCommands(program, parts)
  addQuiet(program)
  addHelpCommand(program)
  return program
}

/** For every command that prints things with ids. */
const addQuiet = (command: Command): void => {
  if (command.options.some(({ long }) => long === '--output')) command.addOption(quietOption())
  command.commands.forEach(addQuiet)
}

const watchOption = (): Option => new Option('--watch', 'show it again every 2 s, until Ctrl-C').default(false)

/** Once, or with --watch again and again. */
const shown = (context: CliContext, isWatched: boolean, work: () => Promise<void>): Promise<void> =>
  isWatched ? repeatedly(context, work) : work()

const addInstanceCommands = (program: Command, { run, setExitCode }: ProgramParts): void => {
  const instance = program.command('instance').alias('instances').description('make, list and change databases')

  withWaiting(
    instance
      .command('create <name>')
      .description('make a database server')
      .requiredOption('-d, --datastore <type>', 'postgresql')
      .option('--version <version>', 'such as 17 or 17.10 (default: the newest)')
      .option('--flavor <flavor>', 'its size: see "coffer flavor list"')
      .option('--project <id>', 'the project it is for (admins)')
      .option('--volume <GiB>', 'the size of its volume', wholeNumber)
      .option('--database <name>', 'a database to make in it; may be repeated', collect, [])
      .option(
        '--user <user[:password]>',
        'a user of all these databases, or of one with its name where none is given; may be repeated. Without a password, one is generated',
        collect,
        [],
      )
      .option('--password-prompt <user>', 'ask for the password of this user', collect, [])
      .option(
        '--password-env <user=variable>',
        'take the password of this user from an environment variable',
        collect,
        [],
      )
      .option('--password-stdin <user>', 'take the password of this user from the first line of standard input'),
  )
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => createInstance(context, name, options)))

  instance
    .command('list')
    .alias('ls')
    .description('list databases')
    .option('-a, --all', 'deleted ones too', false)
    .option('--status <status>', 'only those with this status, such as ACTIVE,FAILED', oneOrMoreOf(instanceStatuses))
    .option('--datastore <type>', 'only those of this kind')
    .option('--project <id>', 'only those of this project (admins)')
    .addOption(watchOption())
    .addOption(outputOption())
    .action((options) =>
      run(options, (context) => shown(context, options.watch, () => listInstances(context, options))),
    )

  instance
    .command('show <instance>')
    .description('show one, by name or id')
    .addOption(watchOption())
    .addOption(outputOption())
    .action((name, options) =>
      run(options, (context) => shown(context, options.watch, () => showInstance(context, name))),
    )

  instance
    .command('rename <instance> <name>')
    .description('give it another name')
    .option('--idempotency-key <key>', 'a name for this request')
    .addOption(outputOption())
    .action((name, newName, options) => run(options, (context) => renameInstance(context, name, newName, options)))

  withWaiting(
    instance
      .command('grow <instance>')
      .description('give it a larger volume, also when it is full, stopped or failed; it cannot shrink again')
      .requiredOption('--volume <GiB>', 'what the volume is to have in all', wholeNumber),
  )
    .option('--expected-version <number>', 'refuse if its stateVersion is another by now', wholeNumber)
    .addOption(outputOption())
    .action((name, { volume, ...options }) =>
      run(options, (context) => changeInstance(context, 'grow', name, { ...options, volumeGiB: volume })),
    )

  const changes: Readonly<Record<Exclude<Change, 'grow'>, string>> = {
    restart: 'restart the engine',
    stop: 'stop the engine; the data stays',
    start: 'start a stopped engine',
    delete: 'delete it with everything in it, for good',
  }
  for (const change of ['restart', 'stop', 'start', 'delete'] as const) {
    const command = instance.command(`${change} <instance>`).description(changes[change])
    if (change === 'delete') command.option('-y, --yes', 'do not ask, as at a terminal', false)
    withWaiting(command)
      .option('--expected-version <number>', 'refuse if its stateVersion is another by now', wholeNumber)
      .addOption(outputOption())
      .action((name, options) => run(options, (context) => changeInstance(context, change, name, options)))
  }

  instance
    .command('adopt <id>')
    .description('take a database into the log that a host has and the log does not know of (admins)')
    .option('--project <id>', 'whose it is (default: the project it was made for)')
    .option('--name <name>', 'its name (default: the one it was made with)')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => adoptInstance(context, id, options)))
  withWaiting(
    instance
      .command('remove-unlisted <id>')
      .description('remove a database, for good, that a host has and the log does not know of (admins)'),
  )
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => removeUnlisted(context, id, options)))

  program
    .command('connect <instance> [client-arguments...]')
    .description(
      "open the engine's client program (psql for PostgreSQL) on a database; it asks for the password, or takes COFFER_DB_PASSWORD",
    )
    .option('--user <name>', 'the user (default: the first one)')
    .option('--database <name>', 'the database (default: the first one of the user)')
    .option('-c, --command <text>', 'have the client program carry this out, instead of a session')
    .option('--print', 'print the URI instead', false)
    .addOption(new Option('--format <format>', 'print how to connect in this form instead').choices(connectionFormats))
    .addOption(outputOption())
    .action((name, extra, options) =>
      run(options, async (context) => setExitCode(await connect(context, name, options, extra))),
    )
}

const addOperationCommands = (program: Command, { run }: ProgramParts): void => {
  const operation = program.command('operation').alias('operations').description('what is being done, and what was')
  operation
    .command('list')
    .alias('ls')
    .description('list operations, the latest first')
    .option('--instance <instance>', 'only those of this instance')
    .option('--status <status>', 'only those with this status, such as RUNNING', oneOrMoreOf(operationStatuses))
    .option('-n, --limit <number>', 'how many at most', count, 50)
    .addOption(watchOption())
    .addOption(outputOption())
    .action((options) =>
      run(options, (context) => shown(context, options.watch, () => listOperations(context, options))),
    )
  operation
    .command('show <id>')
    .description('show one with its steps')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => showOperation(context, id)))
  operation
    .command('watch <id>')
    .description('follow one to its end; the exit code tells how it ended')
    .option('--timeout <seconds>', 'how long to watch at most', positiveSeconds, waitSeconds)
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => watchOperation(context, id, options)))
  operation
    .command('cancel <id>')
    .description('end one as soon as it safely can; what it did is undone')
    .option('--idempotency-key <key>', 'a name for this request')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => cancelOperation(context, id, options)))
}

const addEventCommands = (program: Command, { run }: ProgramParts): void => {
  program
    .command('events')
    .description('the audit log: everything that happened, who caused it')
    .option('-f, --follow', 'go on with every new event until Ctrl-C', false)
    .option('--instance <instance>', 'only those of this instance')
    .option('--operation <id>', 'only those of this operation')
    .option('--type <type>', 'only those of this type; may be repeated', collect, [])
    .option('--project <id>', 'only those of this project (admins)')
    .option('-n, --limit <number>', 'how many of the latest', count, 50)
    .addOption(outputOption())
    .action((options) => run(options, (context) => showEvents(context, options)))
}

const idempotencyKey = (): Option => new Option('--idempotency-key <key>', 'a name for this request')

const addCatalogueCommands = (program: Command, { run }: ProgramParts): void => {
  const datastore = program.command('datastore').alias('datastores').description('what there is to choose from')
  datastore
    .command('list', { isDefault: true })
    .description('list datastores and their versions')
    .addOption(outputOption())
    .action((options) => run(options, listDatastores))
  const versionChanges: Readonly<Record<VersionChange, string>> = {
    default: 'give new instances this version unless they ask for one (admins)',
    withdraw: 'offer this version no more; instances that have it keep it (admins)',
  }
  for (const change of ['default', 'withdraw'] as const) {
    datastore
      .command(`${change} <datastore> <version>`)
      .description(versionChanges[change])
      .addOption(idempotencyKey())
      .addOption(outputOption())
      .action((type, version, options) =>
        run(options, (context) => changeVersion(context, change, type, version, options)),
      )
  }

  const flavor = program.command('flavor').alias('flavors').description('the sizes a database can have')
  flavor
    .command('list', { isDefault: true })
    .description('list flavors, smallest first')
    .option('-a, --all', 'retired ones too', false)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listFlavors(context, options)))
  flavor
    .command('define <name>')
    .description('offer a size, or change what one is for new instances (admins)')
    .requiredOption('--vcpus <number>', 'its vCPUs', wholeNumber)
    .requiredOption('--memory <MiB>', 'its memory', wholeNumber)
    .option('--description <text>', 'for people', '')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => defineFlavor(context, name, options)))
  flavor
    .command('retire <name>')
    .description('offer a size no more; instances that have it keep it (admins)')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => retireFlavor(context, name, options)))

  const host = program.command('host').alias('hosts').description('the machines the databases run on (admins)')
  host
    .command('unlisted')
    .description('list the databases that hosts have and the log does not know of, as after a restore')
    .addOption(outputOption())
    .action((options) => run(options, listUnlisted))
  host
    .command('list', { isDefault: true })
    .description('list hosts and what is left of them')
    .addOption(outputOption())
    .action((options) => run(options, listHosts))

  const quota = program.command('quota').description('what a project may have')
  quota
    .command('show', { isDefault: true })
    .description('show limits and use')
    .option('--project <id>', 'of this project (admins)')
    .addOption(outputOption())
    .action((options) => run(options, (context) => showQuota(context, options)))
  quota
    .command('set <project>')
    .description('set limits; those that are not named stay (admins)')
    .option('--instances <number>', 'how many instances', wholeNumber)
    .option('--vcpus <number>', 'vCPUs', wholeNumber)
    .option('--memory <MiB>', 'memory', wholeNumber)
    .option('--volume <GiB>', 'volumes', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((project, options) => run(options, (context) => setQuota(context, project, options)))
}

const addTokenCommands = (program: Command, { run }: ProgramParts): void => {
  program
    .command('login <url>')
    .description('keep the address and a token of a server for the commands to come')
    .option('--profile <name>', 'what to call it here; choose by COFFER_PROFILE', defaultProfile)
    .option('--token-stdin', 'take the token from the first line of standard input', false)
    .addOption(outputOption())
    .action((url, options) => run(options, (context) => login(context, url, options)))
  program
    .command('logout')
    .description('forget a token here')
    .option('--profile <name>', 'of this server', defaultProfile)
    .addOption(outputOption())
    .action((options) => run(options, (context) => logout(context, options)))
  program
    .command('whoami')
    .description('show which project and roles the token has')
    .addOption(outputOption())
    .action((options) => run(options, whoami))
  const token = program.command('token').alias('tokens').description('tokens for people and programs')
  token
    .command('issue <name>')
    .description('make a token; it is shown once')
    .addOption(new Option('--role <role>', 'what it allows').choices(['admin', 'member', 'reader']).default('member'))
    .option('--project <id>', 'the project it is for (admins)')
    .option('--expires <time>', 'until when it holds, such as 2030-01-31T00:00:00Z')
    .option('--idempotency-key <key>', 'a name for this request')
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => issueToken(context, name, options)))
  token
    .command('list')
    .alias('ls')
    .description('list tokens')
    .option('--project <id>', 'only those of this project (admins)')
    .addOption(outputOption())
    .action((options) => run(options, (context) => listTokens(context, options)))
  token
    .command('revoke <id>')
    .description('revoke a token for good')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => revokeToken(context, id)))
}

const addAdminCommands = (program: Command, { run, setExitCode }: ProgramParts): void => {
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
    .option('--idempotency-key <key>', 'a name for this request')
    .addOption(outputOption())
    .action((stream, revision, options) =>
      run(options, (context) => excludeEvent(context, stream, Number(revision), options)),
    )

  const deadLetters = admin.command('dead-letters').description('messages that could not be handled and were put aside')
  deadLetters
    .command('list')
    .alias('ls')
    .description('list those nobody has decided about, topic after topic, the latest first')
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
    drop: 'say that nobody needs them any more',
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

const addLocalCommands = (program: Command, { run, serve, setExitCode, print }: ProgramParts): void => {
  if (serve) {
    program
      .command('serve')
      .description('run a server, or some roles of one, in the foreground')
      .option('--role <roles>', 'all, or some of api, saga, projector, agent with commas between them')
      .addHelpText('after', '\nIt is configured by environment variables: see docs/reference/configuration.md.')
      .action(async ({ role }) => setExitCode(await serve(role)))
  }
  const completion = program.command('completion').description('print a script for tab completion')
  const uses: Readonly<Record<Shell, string>> = {
    bash: 'source <(coffer completion bash)',
    zsh: 'source <(coffer completion zsh)',
    fish: 'coffer completion fish | source',
  }
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    completion
      .command(shell)
      .description(`use with: ${uses[shell]}`)
      .action(() => print(completionScripts[shell]))
  }
  // What those scripts ask. Without a server, names are left out.
  program.command('complete [words...]', { hidden: true }).action(async (words: readonly string[]) => {
    const names = async (what: NamedThings): Promise<readonly string[]> => {
      let found: readonly string[] = []
      await run({}, async (context) => {
        found = await namesOf(context, what)
      })
      return found
    }
    for (const word of await candidates(program, words, names)) print(word)
  })
}
