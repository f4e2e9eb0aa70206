import { disableRoot, enableRoot, showRoot } from '../commands/root.ts'
import { outputOption, passwordOptions, withWaiting } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The root user of one server. */
export const rootVerbs: Verbs = (program, { run }) => {
  const root = program.command('root').description('the root user of one server')
  withWaiting(
    passwordOptions(
      root
        .command('enable <instance>')
        .description('make the root user, or give it another password. Without one, it is generated'),
    ),
  )
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => enableRoot(context, instance, options)))
  root
    .command('show <instance>')
    .description('say whether there is a root user, and who enabled and disabled it')
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => showRoot(context, instance)))
  withWaiting(root.command('disable <instance>').description('delete the root user and end its sessions'))
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => disableRoot(context, instance, options)))
}
