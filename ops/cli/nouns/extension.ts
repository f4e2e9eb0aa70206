import { createExtension, dropExtension } from '../commands/extensions.ts'
import { outputOption, withWaiting } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The extensions of the databases within one server. */
export const extensionVerbs: Verbs = (program, { run }) => {
  const extension = program
    .command('extension')
    .alias('extensions')
    .description('the extensions of the databases within one server')
  withWaiting(
    extension
      .command('create <instance> <database> <name>')
      .description('create an extension in a database; one that is not offered is answered with those that are'),
  )
    .addOption(outputOption())
    .action((instance, database, name, options) =>
      run(options, (context) => createExtension(context, { instance, database, name }, options)),
    )
  withWaiting(
    extension
      .command('drop <instance> <database> <name>')
      .description('drop an extension of a database that nothing in it uses'),
  )
    .addOption(outputOption())
    .action((instance, database, name, options) =>
      run(options, (context) => dropExtension(context, { instance, database, name }, options)),
    )
}
