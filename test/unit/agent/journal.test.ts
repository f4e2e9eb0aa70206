import { randomUUID } from 'node:crypto'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createJournal } from '../../../agent/journal/journal.ts'
import { createNodeRecords } from '../../../agent/journal/nodes.ts'
import { type GuestCommand, guestCommandSchema } from '../../../domain/guest/command.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { parseNodeId } from '../../../domain/ids.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('agent-journal')
const at = '2026-01-01T00:00:00.000Z'
const hostId = randomUUID()
const instanceId = randomUUID()
const nodeId = randomUUID()

const command = (epoch: number, kind: 'engine-stopped' | 'node-absent' = 'engine-stopped'): GuestCommand =>
  guestCommandSchema.parse({
    commandId: randomUUID(),
    operationId: randomUUID(),
    instanceId,
    nodeId,
    nodeGeneration: 1,
    hostId,
    epoch,
    deadline: at,
    payload: kind === 'node-absent' ? { kind, sealingKey: null } : { kind },
  })
const answer = ({ commandId, operationId }: GuestCommand): AgentReport =>
  ({ type: 'succeeded', reportId: randomUUID(), at, commandId, operationId, instanceId, nodeId, hostId }) as AgentReport

describe('the journal', () => {
  it('keeps a command pending until its result is written, over a restart', () => {
    const file = temp.next()
    const wish = command(1)
    const first = openAgentDatabase(file)
    expect(createJournal(first).accept(wish, at, () => answer(wish))).toEqual({ kind: 'new' })
    first.close()
    const second = openAgentDatabase(file)
    const journal = createJournal(second)
    expect(journal.pending()).toEqual([{ ...wish, attempt: 1 }])
    journal.complete(wish, answer(wish))
    expect(journal.pending()).toEqual([])
    second.close()
  })

  it('ends a command that a newer version of the agent took in, and resumes all others', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const [known, newer] = [command(1), command(1)]
    for (const wish of [newer, known]) journal.accept(wish, at, () => answer(wish))
    const teleport =
      "UPDATE commands SET body = json_set(body, '$.payload.kind', 'engine-teleported') WHERE command_id = ?"
    database.prepare(teleport).run(newer.commandId)
    const refused: unknown[] = []
    const resume = () =>
      journal.resume((address, problem) => {
        refused.push([address, problem.issues[0]?.path])
        return answer(newer)
      })
    expect(resume()).toEqual([{ ...known, attempt: 2 }])
    const { commandId, operationId } = newer
    expect(refused).toEqual([[{ commandId, operationId, instanceId, nodeId }, ['payload', 'kind']]])
    expect(journal.unpublished(10).map(({ key }) => key)).toEqual([operationId])
    expect(resume()).toEqual([{ ...known, attempt: 3 }])
    expect(refused).toHaveLength(1)
    database.close()
  })

  it('publishes a result until the bus has it, and again for a repeat', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const wish = command(1)
    journal.accept(wish, at, () => answer(wish))
    journal.complete(wish, answer(wish))
    const [report] = journal.unpublished(10)
    expect(report?.key).toBe(wish.operationId)
    journal.markPublished(report ? [report] : [])
    expect(journal.unpublished(10)).toEqual([])
    // 2 is FULL: what is written next waits for the disk again.
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
    expect(journal.accept(wish, at, () => answer(wish))).toEqual({ kind: 'repeat', done: true })
    expect(journal.unpublished(10)).toEqual([report])
    database.close()
  })

  it('fences by epoch, and after an absence by the epoch of that', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const accept = (wish: GuestCommand): string => journal.accept(wish, at, () => answer(wish)).kind
    expect(accept(command(3))).toBe('new')
    expect(accept(command(3))).toBe('new')
    expect(accept(command(2))).toBe('stale')
    expect(accept(command(3, 'node-absent'))).toBe('new')
    expect(accept(command(3))).toBe('stale')
    expect(accept(command(3, 'node-absent'))).toBe('new')
    expect(accept(command(4))).toBe('new')
    database.close()
  })

  it('fences each node for itself, also those of one instance', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const accept = (wish: GuestCommand): string => journal.accept(wish, at, () => answer(wish)).kind
    const former = { ...command(9, 'node-absent'), nodeId: parseNodeId(randomUUID()) }
    expect(accept(former)).toBe('new')
    expect(accept(command(1))).toBe('new')
    expect(accept({ ...command(9), nodeId: former.nodeId })).toBe('stale')
    const { nodeId: id, instanceId: of } = former
    expect(journal.epochsOfAbsent(at)).toContainEqual({ nodeId: id, instanceId: of, epoch: 9 })
    database.close()
  })

  it('fences shared work within its operation, and neither lane for the other', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const accept = (wish: GuestCommand): string => journal.accept(wish, at, () => answer(wish)).kind
    const first = command(5)
    const shared = (epoch: number, of: GuestCommand): GuestCommand => ({
      ...of,
      commandId: command(epoch).commandId,
      lane: 'shared',
      epoch,
    })
    expect(accept(first)).toBe('new')
    expect(accept(shared(1, first))).toBe('new')
    expect(accept(shared(9, command(9)))).toBe('new')
    expect(accept(shared(2, first))).toBe('new')
    expect(accept(shared(1, first))).toBe('stale')
    expect(accept(command(5))).toBe('new')
    expect(accept(command(6, 'node-absent'))).toBe('new')
    expect(accept(shared(1, command(1)))).toBe('new')
    expect(journal.epochOf(first.nodeId)).toBe(6)
    database.close()
  })

  it('tells the newest epoch of which all is done, whatever shared work is going on', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const [first, second] = [command(3), { ...command(4), nodeId: command(3).nodeId }]
    const settled = () => journal.settledEpochs()(first.nodeId)
    expect(settled()).toBe(0)
    journal.accept(first, at, () => answer(first))
    expect(settled()).toBe(2)
    journal.complete(first, answer(first))
    expect(settled()).toBe(3)
    const shared = { ...command(1), nodeId: first.nodeId, lane: 'shared' } as const
    journal.accept(shared, at, () => answer(shared))
    expect(settled()).toBe(3)
    journal.accept(second, at, () => answer(second))
    expect(settled()).toBe(3)
    expect(journal.epochOf(first.nodeId)).toBe(4)
    journal.complete(second, answer(second))
    expect(settled()).toBe(4)
    database.close()
  })

  it('forgets what is old and answered, and nothing else', () => {
    const database = openAgentDatabase(temp.next())
    const journal = createJournal(database)
    const [done, pending] = [command(1), command(1)]
    for (const wish of [done, pending]) journal.accept(wish, at, () => answer(wish))
    journal.complete(done, answer(done))
    journal.prune('2027-01-01T00:00:00.000Z')
    expect(journal.resultOf(done.commandId)).not.toBeNull()
    journal.markPublished(journal.unpublished(10))
    journal.prune('2027-01-01T00:00:00.000Z')
    expect(journal.resultOf(done.commandId)).toBeNull()
    expect(journal.pending()).toEqual([{ ...pending, attempt: 1 }])
    database.close()
  })
})

describe('the file of the agent', () => {
  it('is readable by its owner alone', () => {
    const file = temp.next()
    openAgentDatabase(file).close()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('is refused when it is somebody else’s database, damaged, or open elsewhere', () => {
    const foreign = temp.next()
    const database = new DatabaseSync(foreign)
    database.exec('CREATE TABLE theirs (x)')
    database.close()
    expect(() => openAgentDatabase(foreign)).toThrow(/is not an agent's database/)

    const damaged = temp.next()
    writeFileSync(damaged, 'this was a database once, and is not any more'.repeat(100))
    expect(() => openAgentDatabase(damaged)).toThrow(/damaged or not a database/)

    const busy = join(temp.next())
    const holder = openAgentDatabase(busy)
    expect(() => openAgentDatabase(busy)).toThrow(/another agent runs on it/)
    holder.close()
  })
})

describe('the record of a node', () => {
  it('is written when it changes, and not when it is that already', () => {
    const database = openAgentDatabase(temp.next())
    const records = createNodeRecords(database)
    const { nodeId: id, instanceId } = command(1)
    records.create({
      nodeId: id,
      instanceId,
      nodeGeneration: 1,
      volume: { kind: 'directory', sizeGiB: 1 },
      owner: null,
      spec: null,
      port: null,
      portKept: false,
      desired: 'stopped',
      generation: -1,
      asked: -1,
      process: null,
      durable: false,
      verifiedKey: null,
      verifiedAt: null,
      label: null,
      addresses: [],
      health: 'UNKNOWN',
      volumeStage: 'ROOMY',
      incident: null,
      memoryKills: 0,
      configuration: { wanted: {}, effective: {}, proven: {}, refusal: null },
    })
    const written = (): unknown => database.prepare('SELECT total_changes() AS n').get()?.n
    const before = written()
    expect(records.update(id, { desired: 'stopped', volume: { kind: 'directory', sizeGiB: 1 } }).desired).toBe(
      'stopped',
    )
    expect(written()).toBe(before)
    expect(records.update(id, { desired: 'running' }).desired).toBe('running')
    expect(written()).not.toBe(before)
    expect(records.get(id)?.desired).toBe('running')
    database.close()
  })
})
