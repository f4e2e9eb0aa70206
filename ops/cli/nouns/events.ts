import { showEvents } from '../commands/events.ts'
import { collect, count, outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The audit log. */
export const eventsVerb: Verbs = (program, { run }) => {
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
