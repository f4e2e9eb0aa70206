import { listHosts } from '../commands/catalogue.ts'
import { listUnlisted } from '../commands/unlisted.ts'
import { outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The machines the databases run on. */
export const hostVerbs: Verbs = (program, { run }) => {
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
}
