import { Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity } from 'node:tls'
import pg from 'pg'
import { describeError } from '../../describe-error.ts'
import { EngineFault, type EngineInstance } from '../engine.ts'
import { isDistrust } from '../error-codes.ts'
import { EngineRefusal, toEngineFault } from './faults.ts'

export type Row = Readonly<Record<string, unknown>>
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

export type Target = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
  /**
   * PEM of the only CA that may have signed the server's certificate; without it the connection is not encrypted
   * (sockets).
   */
  readonly ca?: string
  /** What the certificate has to name, where that is not the host. */
  readonly name?: string
  readonly options?: string
}

/**
 * Settings of the agent's own superuser sessions. An owner may set defaults for his database (`ALTER DATABASE ... SET`)
 * and create functions in its schemas: neither may decide what the agent's statements mean (CVE-2018-1058) or end them.
 * What is given at connect wins.
 */
const administrationOptions = [
  'search_path=pg_catalog',
  'role=none',
  'default_transaction_read_only=off',
  'statement_timeout=0',
  'lock_timeout=0',
  'check_function_bodies=on',
  // A library that is not there would end the session as it begins.
  'local_preload_libraries=',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/**
 * A superuser session over the instance's socket. As `withSession`, but what the engine refuses and `work` did not
 * translate becomes an `EngineFault`: `ENGINE_BROKEN` where the reason is its own state, else `ENGINE_REFUSED`.
 */
export const withAdministration = async <T>(
  instance: EngineInstance,
  database: string,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  const { runDir: host, listen } = instance
  const target = { host, port: listen.port, user: 'postgres', database, options: administrationOptions }
  try {
    return await withSession(target, signal, work)
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error
    const code = isOfTheEngine(error) ? 'ENGINE_BROKEN' : 'ENGINE_REFUSED'
    throw toEngineFault(error, `administer database "${database}"`, code)
  }
}

/**
 * Of every session of the agent: what node-postgres (8.x, lib/connection-parameters.js) would else take from PGOPTIONS, PGCLIENTENCODING,
 * PGREPLICATION and their like, which somebody has set for clients of his own. It asks the environment also where a setting is given and empty, so none of these is.
 */
export const ownSettings = {
  application_name: 'coffer-agent',
  client_encoding: 'UTF8',
  connectionTimeoutMillis: 0,
  options: '-c DateStyle=ISO',
  replication: 'off',
  sslnegotiation: 'postgres',
} as const

/**
 * Runs `work` in a session of its own and ends it. Rejects with `EngineRefusal` when the engine refuses the login or a
 * query, and with the `EngineFault`s of `passingFault` when the engine cannot serve at the moment. When the signal
 * aborts, it drops the connection and rejects with the signal's reason.
 */
export const withSession = async <T>(
  target: Target,
  signal: AbortSignal,
  work: (query: Query) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  const socket = new Socket()
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    password: target.password,
    ...ownSettings,
    ...(target.options && { options: target.options }),
    ssl: target.ca === undefined ? false : trustIn(target.ca, target.name ?? target.host),
    stream: () => socket,
  })
  // A connection that breaks between queries is told by the next query; without a listener it would end the process.
  client.on('error', () => undefined)
  const drop = () => socket.destroy()
  signal.addEventListener('abort', drop, { once: true })
  let loggedIn = false
  client.connection.once('authenticationOk', () => {
    loggedIn = true
  })
  const answer = async <A>(asked: Promise<A>): Promise<A> => {
    try {
      return await asked
    } catch (error) {
      signal.throwIfAborted()
      // Nothing of the engine's words passes here, not even as a cause: causes are logged.
      const met = error instanceof pg.DatabaseError ? new EngineRefusal(error) : error
      throw passingFault(target, met, loggedIn) ?? met
    }
  }
  try {
    await answer(client.connect())
    return await work(async (text, values) => (await answer(client.query<Row>(text, values && [...values]))).rows)
  } finally {
    await client.end().catch(() => undefined)
    signal.removeEventListener('abort', drop)
    socket.destroy()
  }
}

/** Classes of SQLSTATE for what is wrong with the engine itself: its files, its configuration, its insides. */
const isOfTheEngine = ({ code }: EngineRefusal): boolean => /^(58|F0|XX)/.test(code)

const trustIn = (ca: string, name: string): ConnectionOptions => ({
  ca,
  minVersion: 'TLSv1.2',
  checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
})

/** What node-postgres itself says of a connection that ended. */
const clientMessages = ['Connection terminated', 'Connection terminated unexpectedly']

const isOfTheClient = (error: unknown): error is Error =>
  error instanceof Error && clientMessages.includes(error.message)

/**
 * What keeps the engine from serving for the moment, or null for a refusal that would come again (appendix A of
 * PostgreSQL's documentation). `ENGINE_FULL`: no slot was left before the password was asked for; `ENGINE_SLOTS_TAKEN`:
 * the password was right, and the slots that are left are for others. `ENGINE_NOT_READY`: it starts or ends. All three
 * prove that the engine lives. `ENDPOINT_NOT_TRUSTED`: it has another certificate than clients expect.
 * `ENGINE_UNREACHABLE`: no answer.
 */
const passingFault = (target: Target, error: unknown, loggedIn: boolean): EngineFault | null => {
  const where = target.host.startsWith('/') ? 'its socket' : `${target.host}:${target.port}`
  const why = error instanceof EngineRefusal || isOfTheClient(error) ? error.message : describeError(error)
  const at = `at ${where} as ${target.user}: ${why}`
  const options = { retryable: true, cause: error }
  if (!(error instanceof EngineRefusal)) {
    return isDistrust(error)
      ? new EngineFault('ENDPOINT_NOT_TRUSTED', `PostgreSQL is not trusted ${at}`, options)
      : new EngineFault('ENGINE_UNREACHABLE', `PostgreSQL does not answer ${at}`, options)
  }
  const { code } = error
  if (code === '53300') {
    const full = loggedIn ? 'ENGINE_SLOTS_TAKEN' : 'ENGINE_FULL'
    return new EngineFault(full, `PostgreSQL has no connection slot left ${at}`, options)
  }
  if (code === '57P03') return new EngineFault('ENGINE_NOT_READY', `PostgreSQL does not serve ${at}`, options)
  if (code.startsWith('08') || code.startsWith('57P'))
    return new EngineFault('ENGINE_UNREACHABLE', `PostgreSQL broke off ${at}`, options)
  return null
}

/**
 * Makes sessions that change accounts or databases take turns until this one ends: PostgreSQL lets two GRANTs on one
 * object fail with "tuple concurrently updated", and the statement of an agent that was killed may still be running
 * when the next one repeats it. To be asked for in database `postgres`: such locks count within one database, and only
 * there no customer can take them (see the template).
 */
export const lockAccounts = async (query: Query): Promise<void> => {
  await query('SELECT pg_advisory_lock($1)', [accountsLock])
}

/** Any constant will do that nobody else uses: the bytes of "coffer". */
const accountsLock = 0x63_6f_66_66_65_72
