import { systemKernel } from '../../../kernel/kernel.ts'
import type { Log } from '../../../kernel/log.ts'
import { openDistributedStores } from '../../compose/distributed-stores.ts'
import type { Stores } from '../../compose/stores-context.ts'
import { openReadSide, type ReadSide } from '../../compose/view-store.ts'
import { loadConfig } from '../../config.ts'
import type { Stack } from './stack.ts'

/** This process' own connections to the stores of a stack, to put load on them and to see what passes. */
export type Connection = {
  readonly stores: Stores
  readonly viewStore: ReadSide['viewStore']
  readonly close: () => Promise<void>
}

/** Trouble with the stores is told, as a figure of a system in trouble means little. */
export const connectTo = ({ environment }: Pick<Stack, 'environment'>, say: (what: string) => void): Connection => {
  const { config } = loadConfig({ ...environment, COFFER_ROLES: 'projector' })
  const tell = (fields: object, message: string): void => say(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: () => {}, info: () => {}, warn: tell, error: tell }
  const onFatal = (error: Error): void => say(error.message)
  const stores = openDistributedStores({ config, log, onFatal })
  const { viewStore, close } = openReadSide(config, systemKernel(log))
  return {
    stores,
    viewStore,
    close: async () => {
      await close()
      await stores.close()
    },
  }
}
