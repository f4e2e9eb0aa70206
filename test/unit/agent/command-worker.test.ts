import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createCommandWorker } from '../../../agent/command-worker.ts'
import { EngineFault } from '../../../agent/engines/engine.ts'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createJournal } from '../../../agent/journal/journal.ts'
import { guestCommandSchema } from '../../../domain/guest/command.ts'
import { hostIdSchema } from '../../../domain/ids.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const directory = createTempDir('command-worker')
const database = openAgentDatabase(join(directory.path, 'agent.db'))
const journal = createJournal(database)
const { clock, ids, timers } = quietKernel
const hostId = hostIdSchema.parse(ids.next())

/** As a full disk does: no page more than there are. */
const fillDisk = () =>
  database.exec(`PRAGMA max_page_count = ${Object.values(database.prepare('PRAGMA page_count').get() ?? {})[0]}`)
const makeRoom = () => database.exec('PRAGMA max_page_count = 1000000')
afterEach(makeRoom)

const newCommand = () =>
  guestCommandSchema.parse({
    commandId: ids.next(),
    operationId: ids.next(),
    instanceId: ids.next(),
    nodeId: ids.next(),
    nodeGeneration: 1,
    hostId,
    epoch: 1,
    deadline: new Date(clock.now() + 60_000).toISOString(),
    payload: { kind: 'engine-stopped' },
  })

const startWorker = (errors: unknown[]) =>
  createCommandWorker({
    hostId,
    journal,
    reporter: { wake: () => {}, progress: () => {}, stop: () => Promise.resolve() },
    clock,
    timers,
    ids,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: (details) => errors.push(details) },
    maxConcurrent: 4,
    makeTrue: async () => {
      fillDisk()
      // Long enough that noting it takes pages of its own.
      throw new EngineFault('ENGINE_START_FAILED', 'it did not start', { detail: 'x'.repeat(100_000) })
    },
  })

const accept = (command: ReturnType<typeof newCommand>) =>
  journal.accept(command, new Date().toISOString(), () => {
    throw new Error('the command is not stale')
  })

describe('a worker whose journal cannot be written because the disk is full', () => {
  it('writes the result as soon as there is room again, instead of never', async () => {
    const errors: unknown[] = []
    const worker = startWorker(errors)
    const command = newCommand()
    accept(command)
    worker.take({ ...command, attempt: 1 })
    await waitFor('the journal to refuse', () => errors.length > 0)
    expect(errors[0]).toMatchObject({ err: { message: 'database or disk is full' } })
    expect(journal.resultOf(command.commandId)).toBeNull()

    makeRoom()
    const result = await waitFor('the result', () => journal.resultOf(command.commandId))
    expect(result).toMatchObject({ type: 'failed', fault: { code: 'ENGINE_START_FAILED' } })
    expect(journal.pending()).toEqual([])
    await worker.stop()
  })

  it('leaves the command for the next start when it is stopped before there is', async () => {
    const errors: unknown[] = []
    const worker = startWorker(errors)
    const command = newCommand()
    accept(command)
    worker.take({ ...command, attempt: 1 })
    await waitFor('the journal to refuse', () => errors.length > 0)
    await worker.stop()
    expect(journal.pending().map(({ commandId }) => commandId)).toEqual([command.commandId])
  })
})
