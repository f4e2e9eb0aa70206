import { login, logout } from '../commands/login.ts'
import { whoami } from '../commands/whoami.ts'
import { outputOption } from '../options.ts'
import { defaultProfile } from '../profiles.ts'
import type { Verbs } from '../verbs.ts'

/** Which server this machine talks to, as whom. */
export const sessionVerbs: Verbs = (program, { run }) => {
  program
    .command('login <url>')
    .description('keep the address and a token of a server for the commands to come')
    .option('--profile <name>', 'what to call it here; choose by COFFER_PROFILE', defaultProfile)
    .option('--token-stdin', 'take the token from the first line of standard input', false)
    .addOption(outputOption())
    .action((url, options) => run(options, (context) => login(context, url, options)))
  program
    .command('logout')
    .description('forget a token here')
    .option('--profile <name>', 'of this server', defaultProfile)
    .addOption(outputOption())
    .action((options) => run(options, (context) => logout(context, options)))
  program
    .command('whoami')
    .description('show which project and roles the token has')
    .addOption(outputOption())
    .action((options) => run(options, whoami))
}
