import { Option } from 'commander'
import { issueToken, listTokens, revokeToken } from '../commands/tokens.ts'
import { idempotencyKey, outputOption } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** Tokens for people and programs. */
export const tokenVerbs: Verbs = (program, { run }) => {
  const token = program.command('token').alias('tokens').description('tokens for people and programs')
  token
    .command('issue <name>')
    .description('make a token; it is shown once')
    .addOption(new Option('--role <role>', 'what it allows').choices(['admin', 'member', 'reader']).default('member'))
    .option('--project <id>', 'the project it is for (admins)')
    .option('--expires <time>', 'until when it holds, such as 2030-01-31T00:00:00Z')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => issueToken(context, name, options)))
  token
    .command('list')
    .alias('ls')
    .description('list tokens')
    .option('--project <id>', 'only those of this project (admins)')
    .addOption(outputOption())
    .action((options) => run(options, (context) => listTokens(context, options)))
  token
    .command('revoke <id>')
    .description('revoke a token for good')
    .addOption(outputOption())
    .action((id, options) => run(options, (context) => revokeToken(context, id)))
}
