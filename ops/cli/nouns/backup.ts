import { backupProofStatuses, backupStatuses } from '../../../projections/views/backup-status.ts'
import { createBackup, deleteBackup, listBackups, showBackup, verifyBackup } from '../commands/backups.ts'
import { checkBackups } from '../commands/check-backups.ts'
import { idempotencyKey, oneOrMoreOf, outputOption, watchOption, withWaiting } from '../options.ts'
import { shown } from '../shown.ts'
import type { Verbs } from '../verbs.ts'

/** Copies of databases in the backup store. */
export const backupVerbs: Verbs = (program, { run }) => {
  const backup = program.command('backup').alias('backups').description('copies of databases in the backup store')
  withWaiting(
    backup
      .command('create <instance>')
      .description('copy all data of a server that runs, which serves on')
      .option('--name <name>', 'what it is called (default: the name of the instance and the time)')
      .option('--then-delete', 'delete the instance for good once the backup is there', false)
      .option('-y, --yes', 'with --then-delete: do not ask, as at a terminal', false),
  )
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => createBackup(context, instance, options)))
  backup
    .command('list')
    .alias('ls')
    .description('list backups')
    .option('--instance <instance>', 'only those of this instance')
    .option('--status <status>', 'only those with this status, such as AVAILABLE', oneOrMoreOf(backupStatuses))
    .option('--proof <proof>', 'only those with this proof, such as UNPROVEN', oneOrMoreOf(backupProofStatuses))
    .option('--since <time>', 'only those asked for at this time or later, such as 2026-03-01T12:00:00Z')
    .option('--until <time>', 'only those asked for before this time')
    .addOption(watchOption())
    .addOption(outputOption())
    .action((options) => run(options, (context) => shown(context, options.watch, () => listBackups(context, options))))
  backup
    .command('show <id>')
    .description('show one: what is in it, and where it is')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => showBackup(context, id)))
  withWaiting(
    backup
      .command('verify <id>')
      .description('restore one into a server made for that, read everything, and delete that server again'),
  )
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => verifyBackup(context, id, options)))
  backup
    .command('fsck')
    .description('compare the backup store with the log, and change neither (admins)')
    .addOption(outputOption())
    .action((options) => run(options, (context) => checkBackups(context)))
  backup
    .command('delete <id>')
    .description('delete one for good: nobody can restore it any more')
    .option('-y, --yes', 'do not ask, as at a terminal', false)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => deleteBackup(context, id, options)))
}
