import { kindInCapitals, operationKinds } from '../../../domain/instance/operation-kinds.ts'
import { operationStatuses } from '../../../projections/views/operation-status.ts'
import { cancelOperation, listOperations, showOperation, watchOperation } from '../commands/operations.ts'
import {
  count,
  idempotencyKey,
  oneOrMoreOf,
  outputOption,
  positiveSeconds,
  waitSeconds,
  watchOption,
} from '../options.ts'
import { shown } from '../shown.ts'
import type { Verbs } from '../verbs.ts'

const kinds = operationKinds.map(kindInCapitals)

/** What is being done, and what was. */
export const operationVerbs: Verbs = (program, { run }) => {
  const operation = program.command('operation').alias('operations').description('what is being done, and what was')
  operation
    .command('list')
    .alias('ls')
    .description('list operations, the latest first')
    .option('--instance <instance>', 'only those of this instance')
    .option('--status <status>', 'only those with this status, such as RUNNING', oneOrMoreOf(operationStatuses))
    .option('--kind <kind>', 'only those of this kind, such as RESTART', oneOrMoreOf(kinds))
    .option('--by <actor>', 'only those that this actor asked for, such as admin or token:<id>')
    .option('--since <time>', 'only those asked for at this time or later, such as 2026-03-01T12:00:00Z')
    .option('--until <time>', 'only those asked for before this time')
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
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => cancelOperation(context, id, options)))
}
