import { readFile } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import { describeError } from '../../describe-error.ts'
import { EngineFault, type EngineInstance } from '../engine.ts'
import { isDistrust } from '../error-codes.ts'
import { reachable } from '../reachable.ts'
import { adminUser } from './accounts/own-users.ts'
import { adminPasswordOf, socketOf } from './places.ts'
import { parseReply, RedisError, type Reply, renderCommand } from './reply.ts'

/** Sends one command and answers its reply. Rejects with `RedisRefusal` for an error. */
export type Ask = (...words: readonly string[]) => Promise<Exclude<Reply, RedisError>>

/** An error that Redis answered with. What it `said` may quote what a customer stored: no log prints it. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal'
  readonly code: string
  readonly #error: RedisError
  constructor(error: RedisError) {
    super(`${meanings[error.code] ?? 'Redis refused it'} (${error.code})`)
    this.code = error.code
    this.#error = error
  }
  get said(): string {
    return this.#error.said
  }
}

const meanings: Readonly<Record<string, string>> = {
  WRONGPASS: 'the password is wrong, or the user does not exist or is disabled',
  NOAUTH: 'the session is not logged in',
  NOPERM: 'the right to do that is missing',
  OOM: 'its memory is used up',
  MISCONF: 'it cannot write to its volume',
  LOADING: 'it is loading its data',
  BUSY: 'a script keeps it busy',
}

/** A session over the instance's socket as the agent's own account. Throws as `withSession`; what Redis refuses is `ENGINE_REFUSED`. */
export const withAdministration = async <T>(
  instance: EngineInstance,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> => {
  const login = { user: adminUser, password: await readAdminPassword(instance) }
  try {
    return await withSession(() => connectTcp({ path: socketOf(instance) }), 'its socket', login, signal, work)
  } catch (error) {
    if (!(error instanceof RedisRefusal)) throw error
    throw new EngineFault('ENGINE_REFUSED', `Could not administer Redis: ${error.message}`, { cause: error })
  }
}

const readAdminPassword = (instance: EngineInstance): Promise<string> =>
  readFile(adminPasswordOf(instance), 'utf8').catch((cause: unknown) => {
    const message = `Redis was not started: the agent has no password for it (${describeError(cause)})`
    throw new EngineFault('ENGINE_UNREACHABLE', message, { retryable: true, cause })
  })

/** A session over the endpoint, as clients have them: with TLS verified against the CA and the published address. */
export const withClient = async <T>(
  { listen, publishedAs, tls }: EngineInstance,
  login: Login,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> => {
  const host = reachable(listen.address)
  const ca = await readFile(tls.ca, 'utf8')
  const open = () =>
    connectTls({
      host,
      port: listen.port,
      ca,
      minVersion: 'TLSv1.2',
      checkServerIdentity: (_host, certificate) => checkServerIdentity(publishedAs, certificate),
    })
  return withSession(open, `${host}:${listen.port}`, login, signal, work)
}

type Login = { readonly user: string; readonly password: string }

/**
 * Runs `work` in a session of its own and ends it. Rejects with `RedisRefusal` for what Redis refuses, with an `EngineFault` when it cannot serve at
 * the moment (`ENGINE_FULL`, `ENGINE_NOT_READY`, `ENGINE_UNREACHABLE`, `ENDPOINT_NOT_TRUSTED`), and with the signal's reason when it aborts.
 */
const withSession = async <T>(
  open: () => Socket,
  where: string,
  { user, password }: Login,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  const socket = open()
  const drop = (): void => void socket.destroy()
  signal.addEventListener('abort', drop, { once: true })
  const ask = askingOver(socket)
  try {
    await ask('AUTH', user, password)
    return await work(ask)
  } catch (error) {
    signal.throwIfAborted()
    throw passingFault(error, `at ${where} as ${user}`) ?? error
  } finally {
    signal.removeEventListener('abort', drop)
    socket.destroy()
  }
}

/** One command at a time: each waits for its reply before the next is sent. */
const askingOver = (socket: Socket): Ask => {
  let received = Buffer.alloc(0)
  let failure: Error | null = null
  let waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void } | null = null
  const fail = (error: Error): void => {
    failure ??= error
    waiting?.reject(failure)
    waiting = null
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new ConnectionEnded()))
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    try {
      const parsed = parseReply(received)
      if (parsed === null) return
      received = received.subarray(parsed.end)
      // One that nobody has asked for is the reason for which the connection ends.
      if (waiting === null && parsed.reply instanceof RedisError) return fail(new RedisRefusal(parsed.reply))
      waiting?.resolve(parsed.reply)
      waiting = null
    } catch (error) {
      fail(error as Error)
    }
  })
  return async (...words) => {
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (failure) return reject(failure)
      waiting = { resolve, reject }
      socket.write(renderCommand(words))
    })
    if (reply instanceof RedisError) throw new RedisRefusal(reply)
    return reply
  }
}

class ConnectionEnded extends Error {
  constructor() {
    super('the connection was closed')
  }
}

const passingFault = (error: unknown, at: string): EngineFault | null => {
  if (error instanceof EngineFault) return null
  const options = { retryable: true, cause: error }
  if (error instanceof RedisRefusal) {
    if (error.code === 'LOADING') return new EngineFault('ENGINE_NOT_READY', `Redis loads its data ${at}`, options)
    // Told before the login, and never after it: the connection is one too many.
    if (error.code === 'ERR') return new EngineFault('ENGINE_FULL', `Redis takes no more connections ${at}`, options)
    return null
  }
  const why = error instanceof ConnectionEnded ? error.message : describeError(error)
  return isDistrust(error)
    ? new EngineFault('ENDPOINT_NOT_TRUSTED', `Redis is not trusted ${at}: ${why}`, options)
    : new EngineFault('ENGINE_UNREACHABLE', `Redis does not answer ${at}: ${why}`, options)
}
