import { Option } from 'commander'
import { healthStates } from '../../../domain/values/health.ts'
import { instanceStatuses } from '../../../projections/views/instance-document.ts'
import { type Change, changeInstance, resizeInstance } from '../commands/change-instance.ts'
import { createInstance } from '../commands/create-instance.ts'
import { diffInstance } from '../commands/past-instance.ts'
import { listInstances, renameInstance, showInstance, updateInstance } from '../commands/show-instance.ts'
import { adoptInstance, removeUnlisted } from '../commands/unlisted.ts'
import {
  collect,
  idempotencyKey,
  oneOrMoreOf,
  outputOption,
  passwordOptions,
  watchOption,
  wholeNumber,
  withWaiting,
} from '../options.ts'
import { shown } from '../shown.ts'
import type { Verbs } from '../verbs.ts'

/** Databases: made, listed, changed. */
export const instanceVerbs: Verbs = (program, { run }) => {
  const instance = program.command('instance').alias('instances').description('make, list and change databases')

  withWaiting(
    passwordOptions(
      instance
        .command('create <name>')
        .description('make a database server')
        .option('-d, --datastore <type>', 'postgresql, for example; not needed with --from-backup')
        .option('--from-backup <backup>', 'make it of this backup, with the databases, users and passwords in it')
        .option('--version <version>', 'such as 17 or 17.10 (default: the newest)')
        .option('--flavor <flavor>', 'its size: see "coffer flavor list"')
        .option('--project <id>', 'the project it is for (admins)')
        .option('--volume <GiB>', 'the size of its volume', wholeNumber)
        .option('--description <text>', 'what people are to know of it')
        .option('--tag <key=value>', 'file it under this; may be repeated', collect, [])
        .option('--protect', 'protect it against deletion', false)
        .option('--database <name>', 'a database to make in it; may be repeated', collect, [])
        .option(
          '--user <user[:password]>',
          'a user of all these databases, or of one with its name where none is given; may be repeated. Without a password, one is generated',
          collect,
          [],
        ),
    ),
  )
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => createInstance(context, name, options)))

  instance
    .command('list')
    .alias('ls')
    .description('list databases')
    .option('-a, --all', 'deleted ones too', false)
    .option('--status <status>', 'only those with this status, such as ACTIVE,FAILED', oneOrMoreOf(instanceStatuses))
    .option(
      '--health <health>',
      'only those with this health, such as UNHEALTHY,UNREACHABLE',
      oneOrMoreOf(healthStates),
    )
    .option('--prefix <text>', 'only those whose names begin so')
    .option('--tag <key[=value]>', 'only those with this tag; may be repeated', collect, [])
    .option('--datastore <type>', 'only those of this kind')
    .option('--since <time>', 'only those made at this time or later, such as 2026-03-01T12:00:00Z')
    .option('--until <time>', 'only those made before this time')
    .option('--host <id>', 'only those on this host (admins)')
    .option('--project <id>', 'only those of this project (admins)')
    .addOption(watchOption())
    .addOption(outputOption())
    .action((options) =>
      run(options, (context) => shown(context, options.watch, () => listInstances(context, options))),
    )

  instance
    .command('show <instance>')
    .description('show one, by name or id')
    .addOption(new Option('--as-of <time>', 'as it was then, such as 2026-03-01T12:00:00Z').conflicts('watch'))
    .addOption(watchOption())
    .addOption(outputOption())
    .action((name, options) =>
      run(options, (context) => shown(context, options.watch, () => showInstance(context, name, options))),
    )

  instance
    .command('diff <instance>')
    .description('show what changed of one between two moments')
    .requiredOption('--from <time>', 'such as 2026-03-01T12:00:00Z')
    .option('--to <time>', 'the same (default: now)')
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => diffInstance(context, name, options)))

  instance
    .command('rename <instance> <name>')
    .description('give it another name')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, newName, options) => run(options, (context) => renameInstance(context, name, newName, options)))

  instance
    .command('update <instance>')
    .description('change what is kept beside it: description, tags, protection against deletion')
    .option('--description <text>', 'what people are to know of it; an empty one for nothing')
    .option('--tag <key=value>', 'file it under this; may be repeated', collect, [])
    .option('--untag <key>', 'take this tag off; may be repeated', collect, [])
    .option('--protect', 'protect it against deletion')
    .option('--no-protect', 'let it be deleted again')
    .option('--expected-version <number>', 'refuse if its stateVersion is another by now', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => updateInstance(context, name, options)))

  withWaiting(
    instance
      .command('resize <instance>')
      .description('give it another flavor, a larger volume, or both; a volume cannot shrink')
      .option('--flavor <flavor>', 'its size: see "coffer flavor list"')
      .option('--volume <GiB>', 'what the volume is to have in all', wholeNumber),
  )
    .option('--expected-version <number>', 'refuse if its stateVersion is another by now', wholeNumber)
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => resizeInstance(context, name, options)))

  const changes: Readonly<Record<Change, string>> = {
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
}
