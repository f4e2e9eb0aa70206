import { listDatastores } from '../commands/catalogue.ts'
import { changeVersion, type VersionChange } from '../commands/change-catalogue.ts'
import { listParameters } from '../commands/parameters.ts'
import { idempotencyKey, outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** What there is to choose from. */
export const datastoreVerbs: Verbs = (program, { run }) => {
  const datastore = program.command('datastore').alias('datastores').description('what there is to choose from')
  datastore
    .command('list', { isDefault: true })
    .description('list datastores and their versions')
    .addOption(outputOption())
    .action((options) => run(options, listDatastores))
  datastore
    .command('parameters <datastore> [version]')
    .description('list what can be set of the engine in a configuration group')
    .option('--containing <text>', 'only those whose name has this in it')
    .option('--all', 'also those that cannot be set, with the reason')
    .addOption(outputOption())
    .action((type, version, options) => run(options, (context) => listParameters(context, type, version, options)))
  const versionChanges: Readonly<Record<VersionChange, string>> = {
    default: 'give new instances this version unless they ask for one (admins)',
    withdraw: 'offer this version no more; instances that have it keep it (admins)',
  }
  for (const change of ['default', 'withdraw'] as const) {
    datastore
      .command(`${change} <datastore> <version>`)
      .description(versionChanges[change])
      .addOption(idempotencyKey())
      .addOption(outputOption())
      .action((type, version, options) =>
        run(options, (context) => changeVersion(context, change, type, version, options)),
      )
  }
}
