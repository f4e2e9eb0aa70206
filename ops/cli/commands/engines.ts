import { join, resolve } from 'node:path'
import type { LocalEngine, LocalEngines } from '../../engines/local-engines.ts'
import type { CliContext } from '../context.ts'
import { CliFailure, exitCodes } from '../failure.ts'
import { formatFields } from '../output.ts'

/** Loads what finds and fetches engines, for the agent of a data directory. `isRefusal`: whether an error has words for the administrator. */
export type LoadEngines = (dataDir: string) => Promise<{
  readonly engines: LocalEngines
  readonly isRefusal: (error: unknown) => error is Error
}>

/** As `npm start` does: below the clone, unless it is told. */
const dataDirOf = ({ environment, clone }: CliContext): string =>
  environment.COFFER_DATA_DIR ? resolve(environment.COFFER_DATA_DIR) : join(clone ?? '.', 'data')

export const listEngines =
  (load: LoadEngines) =>
  async (context: CliContext): Promise<void> => {
    const { engines } = await load(dataDirOf(context))
    await context.output.list(
      await engines.list(context.signal),
      [
        ['DATASTORE', ({ datastore }) => datastore],
        ['VERSION', ({ version }) => version],
        ['SOURCE', ({ source, version }) => (version === null ? `not here: ${source}` : source)],
        ['PROGRAMS', ({ directory }) => directory, 'cutting'],
      ],
      'This program runs no engines.',
    )
  }

export const installEngine =
  (load: LoadEngines, datastore: string, { version }: { readonly version?: string }) =>
  async (context: CliContext): Promise<void> => {
    const { engines, isRefusal } = await load(dataDirOf(context))
    const say = (text: string): void => void context.terminal.stderr.write(`${text} ...\n`)
    try {
      const installed = await engines.install({ datastore, version: version ?? null }, say, context.signal)
      await context.output.one(installed, () => linesOf(installed))
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw new CliFailure(exitCodes.failed, { code: 'ENGINE_NOT_INSTALLED', message: error.message }, { cause: error })
    }
  }

const linesOf = ({ datastore, version, directory }: LocalEngine): readonly string[] =>
  formatFields([
    ['datastore', datastore],
    ['version', version],
    ['programs', directory],
    ['offered', 'within seconds, if an agent of this data directory runs'],
  ])
