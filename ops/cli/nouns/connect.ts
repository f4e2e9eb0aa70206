import { Option } from 'commander'
import { connect, connectionFormats } from '../commands/connect.ts'
import { outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** A session with a database. */
export const connectVerb: Verbs = (program, { run, setExitCode }) => {
  program
    .command('connect <instance> [client-arguments...]')
    .description(
      "open the engine's client program (psql for PostgreSQL) on a database; it asks for the password, or takes COFFER_DB_PASSWORD",
    )
    .option('--user <name>', 'the user (default: the first one)')
    .option('--database <name>', 'the database (default: the first one of the user)')
    .option('-c, --command <text>', 'have the client program carry this out, instead of a session')
    .option('--print', 'print the URI instead', false)
    .addOption(new Option('--format <format>', 'print how to connect in this form instead').choices(connectionFormats))
    .addOption(outputOption())
    .action((name, extra, options) =>
      run(options, async (context) => setExitCode(await connect(context, name, options, extra))),
    )
}
