import { Socket } from 'node:net'
import pg from 'pg'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import { EngineRefusal, toEngineFault } from '../faults.ts'
import { ownSettings } from '../session.ts'

type Fields = readonly (string | null)[]
/** What a command of the replication protocol answers: rows of results, and the messages of a copy. */
export type Reply = { readonly row: Fields } | { readonly copied: Buffer }

/** Asks one command after the other. Each reply has to be read to its end, or the session is given up. */
export type Replicate = (command: string) => AsyncIterable<Reply>

/**
 * A session with PostgreSQL's replication protocol (documentation 55.4) over the instance's socket. Throws `EngineFault` `BACKUP_FAILED`, or the signal's
 * reason: an abort drops the connection.
 */
export const withReplication = async <T>(
  { runDir, listen }: EngineInstance,
  signal: AbortSignal,
  work: (replicate: Replicate) => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted()
  const socket = new Socket()
  const client = new pg.Client({
    host: runDir,
    port: listen.port,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    ...replicationSettings,
    stream: () => socket,
  })
  client.on('error', () => undefined)
  const drop = () => socket.destroy()
  signal.addEventListener('abort', drop, { once: true })
  try {
    await client.connect()
    return await work((command) => {
      const query = createReading(command, socket)
      client.query(query)
      return query.replies
    })
  } catch (error) {
    signal.throwIfAborted()
    const met = error instanceof pg.DatabaseError ? new EngineRefusal(error) : error
    const fault = toEngineFault(met, 'copy the data', 'BACKUP_FAILED')
    throw error instanceof EngineFault || met instanceof EngineRefusal ? fault : brokenOff(fault)
  } finally {
    signal.removeEventListener('abort', drop)
    socket.destroy()
    await client.end().catch(() => undefined)
  }
}

/** `replication` is in no type of node-postgres. */
const replicationSettings = { ...ownSettings, application_name: 'coffer-backup', replication: 'true' } as const

/** The engine may be back in a moment. */
const brokenOff = (cause: EngineFault): EngineFault =>
  new EngineFault('BACKUP_FAILED', 'PostgreSQL ended or broke off the connection in the middle of the copy', {
    retryable: true,
    cause,
  })

/** Above it the socket is not read until the reader has come after: what the engine sends waits there. */
const mostHeldBytes = 4 * 1024 * 1024

/** What node-postgres (8.x, `Submittable`) tells a query of its own kind, as a stream. */
const createReading = (command: string, socket: Socket) => {
  const held: Reply[] = []
  let heldBytes = 0
  let end: { readonly error: Error | null } | null = null
  let wake: () => void = () => undefined
  const add = (reply: Reply): void => {
    held.push(reply)
    if ('copied' in reply) heldBytes += reply.copied.length
    if (heldBytes > mostHeldBytes) socket.pause()
    wake()
  }
  const finish = (error: Error | null): void => {
    end ??= { error }
    wake()
  }
  const read = async function* (): AsyncGenerator<Reply> {
    for (;;) {
      const next = held.shift()
      if (next) {
        if ('copied' in next) heldBytes -= next.copied.length
        if (heldBytes <= mostHeldBytes / 2) socket.resume()
        yield next
      } else if (end) {
        if (end.error) throw end.error
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }
  return {
    replies: read(),
    submit: (connection: { query(text: string): void }) => connection.query(command),
    handleRowDescription: () => undefined,
    handleDataRow: ({ fields }: { readonly fields: Fields }) => add({ row: fields }),
    handleCommandComplete: () => undefined,
    handleEmptyQuery: () => undefined,
    // Its bytes are in a buffer that is used again.
    handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => add({ copied: Buffer.from(chunk) }),
    handleError: (error: Error) => finish(error),
    handleReadyForQuery: () => finish(null),
  }
}
