import { listFlavors } from '../commands/catalogue.ts'
import { defineFlavor, retireFlavor } from '../commands/change-catalogue.ts'
import { idempotencyKey, outputOption, wholeNumber } from '../options.ts'
import type { Verbs } from '../verbs.ts'

/** The sizes a database can have. */
export const flavorVerbs: Verbs = (program, { run }) => {
  const flavor = program.command('flavor').alias('flavors').description('the sizes a database can have')
  flavor
    .command('list', { isDefault: true })
    .description('list flavors, smallest first')
    .option('-a, --all', 'retired ones too', false)
    .addOption(outputOption())
    .action((options) => run(options, (context) => listFlavors(context, options)))
  flavor
    .command('define <name>')
    .description('offer a size, or change what one is for new instances (admins)')
    .requiredOption('--vcpus <number>', 'its vCPUs', wholeNumber)
    .requiredOption('--memory <MiB>', 'its memory', wholeNumber)
    .option('--description <text>', 'for people', '')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => defineFlavor(context, name, options)))
  flavor
    .command('retire <name>')
    .description('offer a size no more; instances that have it keep it (admins)')
    .addOption(idempotencyKey())
    .addOption(outputOption())
    .action((name, options) => run(options, (context) => retireFlavor(context, name, options)))
}
