import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { withClient } from '../../../agent/engines/mariadb/session.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { bound } from '../../support/engine-bench.ts'
import { askMariadb } from '../../support/mariadb-client.ts'

/** Statements of a user of an instance, by the client that people have. */
export const ask = ({ installation, listen, tls }: EngineInstance, login: Login, statements: string): Promise<string> =>
  askMariadb(installation, { ...login, host: '127.0.0.1', port: listen.port, ca: tls.ca }, statements)

/** Whether a session that was there before can ask nothing afterwards. Rejects for what fails before the end of `act`. */
export const isEndedBy = (instance: EngineInstance, login: Login, act: () => Promise<unknown>): Promise<boolean> => {
  let isActed = false
  return withClient(instance, login, bound(), async (query) => {
    await query('SELECT 1')
    await act()
    isActed = true
    await query('SELECT 1')
    return false
  }).catch((error: unknown) => {
    if (isActed) return true
    throw error
  })
}
