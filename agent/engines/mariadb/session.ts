import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import { describeError } from '../../describe-error.ts'
import { EngineFault, type EngineInstance } from '../engine.ts'
import { isDistrust } from '../error-codes.ts'
import { reachable } from '../reachable.ts'
import { adminUser } from './accounts/own-users.ts'
import { socketOf } from './places.ts'
import { type Login, logIn, type Query, ServerError } from './protocol/connection.ts'
import { ConnectionEnded } from './protocol/packets.ts'
import { isBroken, meaningOf } from './refusals.ts'

/**
 * A session over the instance's socket as the agent's own account. It may write, whatever is the rule for others. Throws as `withSession`; what MariaDB refuses is
 * `ENGINE_BROKEN` where the reason is its own state, else `ENGINE_REFUSED`.
 */
export const withAdministration = async <T>(
  instance: EngineInstance,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  const login = { user: adminUser(instance.owner), password: null, database: null, tls: null }
  const open = () => connect({ path: socketOf(instance) })
  try {
    return await withSession(open, 'its socket', login, signal, async (query) => {
      await query("SET SESSION sql_mode = ''")
      await query('SET SESSION TRANSACTION READ WRITE')
      return work(query)
    })
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    const code = isBroken(error) ? 'ENGINE_BROKEN' : 'ENGINE_REFUSED'
    throw new EngineFault(code, `Could not administer MariaDB: ${meaningOf(error)}`, { cause: error })
  }
}

export type ClientLogin = { readonly user: string; readonly password: string; readonly database: string | null }

/** A session over the endpoint, as clients have them: with TLS verified against the CA and the published address. */
export const withClient = async <T>(
  { listen, publishedAs, tls }: EngineInstance,
  login: ClientLogin,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  const host = reachable(listen.address)
  const ca = await readFile(tls.ca, 'utf8')
  const trust = {
    ca,
    minVersion: 'TLSv1.2',
    checkServerIdentity: (_host: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(publishedAs, certificate),
  } as const
  const open = () => connect({ host, port: listen.port })
  return withSession(open, `${host}:${listen.port}`, { ...login, tls: trust }, signal, work)
}

/**
 * Runs `work` in a session of its own and ends it. Rejects with `ServerError` for what MariaDB refuses, with an `EngineFault` when it cannot serve at the
 * moment (`ENGINE_FULL`, `ENGINE_NOT_READY`, `ENGINE_UNREACHABLE`, `ENDPOINT_NOT_TRUSTED`), and with the signal's reason when it aborts.
 */
const withSession = async <T>(
  open: () => Socket,
  where: string,
  login: Login,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  const socket = open()
  // Whoever waits for an answer is told; one that breaks between two is told by the next.
  socket.on('error', () => undefined)
  const drop = (): void => void socket.destroy()
  signal.addEventListener('abort', drop, { once: true })
  try {
    const { query, quit } = await logIn(socket, login)
    const result = await work(query)
    quit()
    return result
  } catch (error) {
    drop()
    signal.throwIfAborted()
    throw passingFault(error, `at ${where} as ${login.user}`) ?? error
  } finally {
    signal.removeEventListener('abort', drop)
  }
}

const numbers = { tooManyConnections: 1040, shuttingDown: 1053 } as const

/** Null for a refusal that would come again. */
const passingFault = (error: unknown, at: string): EngineFault | null => {
  if (error instanceof EngineFault) return null
  const options = { retryable: true, cause: error }
  if (error instanceof ServerError) {
    if (error.number === numbers.tooManyConnections)
      return new EngineFault('ENGINE_FULL', `MariaDB takes no more connections ${at}`, options)
    if (error.number === numbers.shuttingDown)
      return new EngineFault('ENGINE_NOT_READY', `MariaDB shuts down ${at}`, options)
    return null
  }
  const why = error instanceof ConnectionEnded ? error.message : describeError(error)
  return isDistrust(error)
    ? new EngineFault('ENDPOINT_NOT_TRUSTED', `MariaDB is not trusted ${at}: ${why}`, options)
    : new EngineFault('ENGINE_UNREACHABLE', `MariaDB does not answer ${at}: ${why}`, options)
}
