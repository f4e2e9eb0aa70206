import { installEngine, listEngines } from '../commands/engines.ts'
import { outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The engines of this machine, for the agent that runs on it. */
export const engineVerbs: Verbs = (program, { run, engines }) => {
  if (!engines) return
  const group = program.command('engines').description('the engines that an agent on this machine can run')
  group
    .command('list', { isDefault: true })
    .description('list them, and how to get those that are not here')
    .addOption(outputOption())
    .action((options) => run(options, listEngines(engines)))
  group
    .command('install <datastore>')
    .description(
      'fetch one from the packages of this Debian or Ubuntu into the data directory: without root, and without installing anything',
    )
    .option('--version <version>', 'a version, or the series it is of (default: the newest there is)')
    .addOption(outputOption())
    .action((datastore, options) => run(options, installEngine(engines, datastore, options)))
}
