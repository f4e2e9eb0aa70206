import { Option } from 'commander'
import { showEvents } from '../commands/events.ts'
import { listRefusedCommands } from '../commands/refused-commands.ts'
import { traceEvent } from '../commands/trace-event.ts'
import { explainInstance } from '../commands/why.ts'
import { collect, count, outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The audit log, and what it tells of the present. */
export const eventsVerb: Verbs = (program, { run }) => {
  const events = program
    .command('events')
    // Behind a command below it, an option is that command's.
    .enablePositionalOptions()
    .description('the audit log: everything that happened, who caused it')
    .option('-f, --follow', 'go on with every new event until Ctrl-C', false)
    .option('--instance <instance>', 'only those of this instance')
    .option('--operation <id>', 'only those of this operation')
    .option('--type <type>', 'only those of this type; may be repeated', collect, [])
    .option('--actor <name>', 'only those that this actor caused, such as token:<id>')
    .addOption(
      new Option('--role <role>', 'only those caused by users with this as their most powerful role').choices([
        'admin',
        'member',
        'reader',
      ]),
    )
    .option('--command <name>', 'only what this command led to at once, such as CreateInstance')
    .option('--host <host>', 'only those that concern this host, or that its agent caused (admins)')
    .option('--since <time>', 'only those from this moment on, such as 2030-01-31T00:00:00Z')
    .addOption(new Option('--until <time>', 'only those before this moment').conflicts('follow'))
    .option('--project <id>', 'only those of this project (admins)')
    .option('-n, --limit <number>', 'how many of the latest', count, 50)
    .addOption(outputOption())
    .action((options) => run(options, (context) => showEvents(context, options)))
  events
    .command('refused')
    .description('the latest commands that were refused: who tried what, and why not')
    .option('--actor <name>', 'only those that this actor tried, such as token:<id>')
    .option('--command <name>', 'only this command, such as CreateInstance')
    .option('--code <code>', 'only those refused with this code, such as FORBIDDEN')
    .option('--since <time>', 'only those from this moment on')
    .option('--until <time>', 'only those before this moment')
    .option('--project <id>', 'only those of this project (admins)')
    .option('-n, --limit <number>', 'how many of the latest', count, 50)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listRefusedCommands(context, options)))
  program
    .command('why')
    .argument('<instance>', 'its name, its id, or the end of its id')
    .description('why a database is in its state: the events that set it, and what led to them')
    .addOption(outputOption())
    .action((instance: string, options) => run(options, (context) => explainInstance(context, instance)))
  program
    .command('trace')
    .argument('<event>', 'the id of an event, as "coffer events -o json" gives it, or of an operation')
    .description('what led to an event, and all that followed from it')
    .addOption(outputOption())
    .action((id: string, options) => run(options, (context) => traceEvent(context, id)))
}
