import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { describeError } from '../../../describe-error.ts'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import { adminUser } from '../accounts/own-users.ts'
import { adminPasswordOf, socketOf } from '../places.ts'
import { renderCommand } from '../reply.ts'

/** Before a snapshot Redis may wait for other replicas, 5 s unless told otherwise, and sends line ends meanwhile. */
const lineFeed = 0x0a
const markBytes = 40

/**
 * All data of a Redis that runs, as it sends it to a replica: an RDB file, made by a child of the engine and passed on without a disk in between (Redis documentation,
 * "Redis replication", diskless). Throws `BACKUP_FAILED`, or the signal's reason.
 */
export const snapshotOf = async function* (instance: EngineInstance, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted()
  const password = await readFile(adminPasswordOf(instance), 'utf8')
  const socket = connect({ path: socketOf(instance) })
  const drop = (): void => void socket.destroy()
  signal.addEventListener('abort', drop, { once: true })
  try {
    yield* readSnapshot(socket, password)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof EngineFault) throw error
    throw failed(describeError(error), error)
  } finally {
    signal.removeEventListener('abort', drop)
    socket.destroy()
  }
}

const failed = (why: string, cause?: unknown): EngineFault =>
  new EngineFault('BACKUP_FAILED', `Redis did not finish the copy of its data: ${why}`, { retryable: true, cause })

const readSnapshot = async function* (socket: Socket, password: string): AsyncGenerator<Uint8Array> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let held = Buffer.alloc(0)
  const more = async (): Promise<void> => {
    const { done, value } = await chunks.next()
    if (done) throw failed('it ended or closed the connection')
    held = Buffer.concat([held, value])
  }
  const nextLine = async (): Promise<string> => {
    for (;;) {
      while (held[0] === lineFeed) held = held.subarray(1)
      const end = held.indexOf('\r\n')
      if (end >= 0) {
        const line = held.toString('latin1', 0, end)
        held = held.subarray(end + 2)
        return line
      }
      await more()
    }
  }
  const ask = async (...words: readonly string[]): Promise<string> => {
    socket.write(renderCommand(words))
    return nextLine()
  }
  const expectOk = async (...words: readonly string[]): Promise<void> => {
    const line = await ask(...words)
    // What it says may be of a customer's making, but for its code.
    if (!line.startsWith('+')) throw failed(`it refused ${words[0]} (${line.slice(1).split(' ', 1)[0]})`)
  }
  await expectOk('AUTH', adminUser, password)
  await expectOk('REPLCONF', 'capa', 'eof')
  await expectOk('REPLCONF', 'rdb-only', '1')
  const [, sized, mark] = /^\$(?:(\d+)|EOF:(.{40}))$/.exec(await ask('SYNC')) ?? []
  if (sized !== undefined) {
    for (let left = Number(sized); left > 0; ) {
      if (held.length === 0) await more()
      const taken = held.subarray(0, left)
      held = held.subarray(taken.length)
      left -= taken.length
      yield taken
    }
  } else if (mark !== undefined) {
    // The mark comes at the end, and then nothing more before the next command.
    while (!held.subarray(-markBytes).equals(Buffer.from(mark, 'latin1'))) {
      const sure = held.subarray(0, Math.max(0, held.length - markBytes))
      held = held.subarray(sure.length)
      if (sure.length > 0) yield sure
      await more()
    }
    yield held.subarray(0, held.length - markBytes)
  } else throw failed('it did not send its data')
}
