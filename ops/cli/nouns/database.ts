import { createDatabase, deleteDatabase, listDatabases } from '../commands/databases.ts'
import { collect, outputOption, withRefresh, withWaiting } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The databases within one server. */
export const databaseVerbs: Verbs = (program, { run }) => {
  const database = program.command('database').alias('databases').description('the databases within one server')
  withWaiting(
    database
      .command('create <instance> <name>')
      .description('make a database in a server that runs')
      .option('--character-set <name>', "default: the engine's")
      .option('--collation <name>', "default: the engine's")
      .option('--owner <user>', 'to whom alone it belongs, beside those of --user, where the engine has owners')
      .option(
        '--user <user>',
        'who may use it; may be repeated (default: the owner, or the users of all its other databases)',
        collect,
      ),
  )
    .addOption(outputOption())
    .action((instance, name, options) => run(options, (context) => createDatabase(context, instance, name, options)))
  withRefresh(
    database.command('list <instance>').alias('ls').description('list the databases of a server, and who may use them'),
  )
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => listDatabases(context, instance, options)))
  withWaiting(
    database
      .command('delete <instance> <name>')
      .description('delete a database with everything in it, for good')
      .option('-y, --yes', 'do not ask, as at a terminal', false),
  )
    .addOption(outputOption())
    .action((instance, name, options) => run(options, (context) => deleteDatabase(context, instance, name, options)))
}
