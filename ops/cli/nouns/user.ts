import { Option } from 'commander'
import { accessLevels } from '../../../domain/values/access-levels.ts'
import { changePassword, createUsers, deleteUsers, grantAccess, listUsers, revokeAccess } from '../commands/users.ts'
import { collect, outputOption, passwordOptions, withRefresh, withWaiting } from '../options.ts'
import type { Verbs } from '../verbs.ts'

const levelOption = () => new Option('--level <level>', 'what it may do there').choices(accessLevels).default('all')

/** The users of the databases within one server. */
export const userVerbs: Verbs = (program, { run }) => {
  const user = program.command('user').alias('users').description('the users within one server')
  withWaiting(
    passwordOptions(
      user
        .command('create <instance> <user[:password]...>')
        .description('make users in a server that runs. Without a password, one is generated')
        .option(
          '--database <name>',
          'what they may use; may be repeated (default: all databases of the server)',
          collect,
        )
        .addOption(levelOption())
        .option(
          '--host <address>',
          'the IPv4 address or network, such as 10.1.0.0/16, that they come from, where the engine has that',
        ),
    ),
  )
    .addOption(outputOption())
    .action((instance, users, options) => run(options, (context) => createUsers(context, instance, users, options)))
  withRefresh(
    user.command('list <instance>').alias('ls').description('list the users of a server, and what they may do'),
  )
    .addOption(outputOption())
    .action((instance, options) => run(options, (context) => listUsers(context, instance, options)))
  withWaiting(
    passwordOptions(
      user
        .command('password <instance> <user[:password]>')
        .description('give a user another password. Without one, it is generated')
        .option('--keep-former', 'the one before works until the next change, where the engine has that', false),
    ),
  )
    .addOption(outputOption())
    .action((instance, name, options) => run(options, (context) => changePassword(context, instance, name, options)))
  withWaiting(
    user
      .command('grant <instance> <user>')
      .description('let a user read, write or use in full databases, in place of what it may do there')
      .option('--database <name>', 'which; may be repeated (none where databases have no names)', collect)
      .addOption(levelOption()),
  )
    .addOption(outputOption())
    .action((instance, name, options) => run(options, (context) => grantAccess(context, instance, name, options)))
  withWaiting(
    user
      .command('revoke <instance> <user>')
      .description('take all access to databases from a user')
      .option('--database <name>', 'which; may be repeated (none where databases have no names)', collect),
  )
    .addOption(outputOption())
    .action((instance, name, options) => run(options, (context) => revokeAccess(context, instance, name, options)))
  withWaiting(
    user
      .command('delete <instance> <user...>')
      .description('delete users and end their sessions')
      .option('-y, --yes', 'do not ask, as at a terminal', false),
  )
    .addOption(outputOption())
    .action((instance, names, options) => run(options, (context) => deleteUsers(context, instance, names, options)))
}
