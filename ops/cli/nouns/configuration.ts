import {
  attachConfiguration,
  cancelRollout,
  createConfiguration,
  deleteConfiguration,
  detachConfiguration,
  diffConfiguration,
  listConfigurations,
  rollOut,
  setValues,
  showConfiguration,
  unsetValues,
  updateConfiguration,
} from '../commands/configurations.ts'
import { idempotencyKey, outputOption, wholeNumber, withWaiting } from '../options.ts'
import type { Verbs } from '../verbs.ts'

const restartWords = 'restart engines for values that take it; else they have those with their next start'

/** Values for the parameters of engines, which any number of databases follow. */
export const configurationVerbs: Verbs = (program, { run }) => {
  const config = program
    .command('config')
    .alias('configuration')
    .description('values for the parameters of engines, in groups that databases follow')
  config
    .command('create <name> [values...]')
    .description('make a group with these values, such as work_mem=64MB')
    .requiredOption('--datastore <datastore>', 'the engine that it is for')
    .option(
      '--engine-version <version>',
      'by whose parameters the values are checked (default: what new instances get)',
    )
    .option('--description <text>', 'what it is for')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, values, options) => run(options, (context) => createConfiguration(context, name, values, options)))
  config
    .command('list')
    .alias('ls')
    .description('list groups')
    .addOption(outputOption())
    .action((options) => run(options, listConfigurations))
  config
    .command('show <group>')
    .description('show a group: its values, who follows it, and how far its rollout is')
    .addOption(outputOption())
    .action((group, options) => run(options, (context) => showConfiguration(context, group)))
  config
    .command('set <group> <values...>')
    .description('set values of a group, such as work_mem=64MB; its databases follow')
    .option('--replace', 'and unset all others')
    .option('--restart', restartWords)
    .option('--parallelism <count>', 'how many databases follow at a time (default: 1)', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, values, options) => run(options, (context) => setValues(context, group, values, options)))
  config
    .command('unset <group> <parameters...>')
    .description("give parameters Coffer's own value, or the engine's, again; its databases follow")
    .option('--restart', restartWords)
    .option('--parallelism <count>', 'how many databases follow at a time (default: 1)', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, names, options) => run(options, (context) => unsetValues(context, group, names, options)))
  config
    .command('update <group>')
    .description('change what a group is called or what it is for; its databases stay as they are')
    .option('--name <name>', 'its new name')
    .option('--description <text>', 'what it is for; an empty one for nothing')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, options) => run(options, (context) => updateConfiguration(context, group, options)))
  config
    .command('rollout <group>')
    .description('have the databases follow that have an earlier revision, as after a rollout that failed')
    .option('--restart', restartWords)
    .option('--parallelism <count>', 'how many follow at a time (default: 1)', wholeNumber)
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, options) => run(options, (context) => rollOut(context, group, options)))
  config
    .command('cancel <group>')
    .description('stop the rollout of a group: databases that have been asked finish, no other is asked')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, options) => run(options, (context) => cancelRollout(context, group, options)))
  config
    .command('delete <group>')
    .description('delete a group that no database follows')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((group, options) => run(options, (context) => deleteConfiguration(context, group, options)))
  withWaiting(
    config
      .command('attach <instance> <group>')
      .description('give a database the values of a group, which it follows from then on')
      .option('--restart', restartWords),
  )
    .addOption(outputOption())
    .action((instance, group, options) =>
      run(options, (context) => attachConfiguration(context, instance, group, options)),
    )
  withWaiting(
    config
      .command('detach <instance>')
      .description('have a database follow no group any more')
      .option('--restart', restartWords),
  )
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => detachConfiguration(context, instance, options)))
  config
    .command('diff <instance>')
    .description('show what a database has otherwise than its engine would have, and from where')
    .option('--containing <text>', 'only parameters whose name has this in it')
    .option('--all', 'also what is the same')
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => diffConfiguration(context, instance, options)))
}
