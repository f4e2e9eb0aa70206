import { actionNames } from '../../../domain/schedule/action-names.ts'
import { scheduleStatuses } from '../../../projections/views/schedule-status.ts'
import { changeSchedule, createSchedule, deleteSchedule, listSchedules, showSchedule } from '../commands/schedules.ts'
import { idempotencyKey, oneOrMoreOf, outputOption, watchOption, wholeNumber } from '../options.ts'
import { shown } from '../shown.ts'
import type { Verbs } from '../verbs.ts'

const actions = actionNames.map((action) => action.toUpperCase())
const timesOf = {
  cron: 'when: minute, hour, day of the month, month, day of the week, such as "0 3 * * SUN"',
  timeZone: 'where that is read, such as Europe/Berlin',
  late: 'how late a run may be and still be made up for, where nobody was there in time',
} as const

const keepOf = {
  keep: 'how many of its backups stay when it has made a new one',
  days: 'for how many days its backups stay',
} as const

/** What is done to databases at certain times. */
export const scheduleVerbs: Verbs = (program, { run }) => {
  const schedule = program
    .command('schedule')
    .alias('schedules')
    .description('what is done to databases at certain times')
  schedule
    .command('create <instance>')
    .description(`have something done at certain times: ${actionNames.join(', ')}`)
    .requiredOption('--action <action>', 'what is to be done, such as restart')
    .requiredOption('--cron <expression>', timesOf.cron)
    .option('--time-zone <zone>', `${timesOf.timeZone} (default: UTC)`)
    .option('--late <minutes>', `${timesOf.late} (default: 60)`, wholeNumber)
    .option('--keep <count>', `${keepOf.keep} (default: all)`, wholeNumber)
    .option('--keep-days <days>', `${keepOf.days} (default: for good)`, wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => createSchedule(context, instance, options)))
  schedule
    .command('list')
    .alias('ls')
    .description('list schedules')
    .option('--instance <instance>', 'only those of this instance')
    .option('--status <status>', 'only those with this status, such as PAUSED', oneOrMoreOf(scheduleStatuses))
    .option('--action <action>', 'only those that do this, such as RESTART', oneOrMoreOf(actions))
    .addOption(watchOption())
    .addOption(outputOption())
    .action((options) =>
      run(options, (context) => shown(context, options.watch, () => listSchedules(context, options))),
    )
  schedule
    .command('show <id>')
    .description('show one, with what became of its last run')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => showSchedule(context, id)))
  schedule
    .command('change <id>')
    .description('change its times, or which of its backups stay')
    .option('--cron <expression>', timesOf.cron)
    .option('--time-zone <zone>', timesOf.timeZone)
    .option('--late <minutes>', timesOf.late, wholeNumber)
    .option('--keep <count>', `${keepOf.keep}; 0: all`, wholeNumber)
    .option('--keep-days <days>', `${keepOf.days}; 0: for good`, wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => changeSchedule(context, id, options)))
  schedule
    .command('pause <id>')
    .description('let it rest until it is resumed')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => changeSchedule(context, id, { ...options, paused: true })))
  schedule
    .command('resume <id>')
    .description('follow it again, from its next time on')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => changeSchedule(context, id, { ...options, paused: false })))
  schedule
    .command('delete <id>')
    .description('delete one for good')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => deleteSchedule(context, id, options)))
}
