import { showQuota } from '../commands/catalogue.ts'
import { setQuota } from '../commands/change-catalogue.ts'
import { idempotencyKey, outputOption, wholeNumber } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** What a project may have. */
export const quotaVerbs: Verbs = (program, { run }) => {
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
    .option('--backup <GiB>', 'backups in their store', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((project, options) => run(options, (context) => setQuota(context, project, options)))
}
