import { describe, expect, it } from 'vitest'
import type { ReadStreamOptions } from '../../../commands/ports/event-store.ts'
import { actorName, highestRole } from '../../../domain/metadata.ts'
import type { AuditEntry } from '../../../projections/audit-entry.ts'
import { createAuditLogReader } from '../../../projections/audit-log.ts'
import { createEventLog, type WrittenEvent } from '../../support/event-log.ts'
import { eventTypes, exampleActor, exampleWorld } from '../../support/example-events.ts'

const world = exampleWorld()

const entryOf = ({ position, type, stream, revision, metadata }: WrittenEvent): AuditEntry => ({
  position,
  type,
  stream,
  revision,
  projectId: metadata.projectId,
  instanceId: metadata.instanceId,
  operationId: metadata.correlationId,
  atMs: Date.parse(metadata.at),
  actor: actorName(metadata.actor),
  role: highestRole(metadata.actor),
  command: null,
  hostId: null,
})

/** A log, the reader of it, and what was asked of it. */
const createScene = () => {
  const log = createEventLog()
  const asked: (ReadStreamOptions & { readonly stream: string })[] = []
  const read = createAuditLogReader({
    readStream: (stream, options) => {
      asked.push({ stream, ...options })
      return log.readStream(stream, options)
    },
  })
  return { log, asked, read }
}

describe('the audit log', () => {
  it('shows what was written down: what happened, who did it and what it belongs to', async () => {
    const { log, read } = createScene()
    const stored = log.add('InstanceRequested', world, {}, { correlationId: world.operationId })
    expect(await read([entryOf(stored)])).toEqual([
      {
        id: stored.id,
        position: 0,
        type: 'InstanceRequested',
        stream: `instance-${world.instanceId}`,
        revision: 0,
        at: '2030-01-01T00:00:00.000Z',
        actor: exampleActor(world),
        projectId: world.projectId,
        instanceId: world.instanceId,
        operationId: world.operationId,
        commandId: stored.metadata.commandId,
        causationId: stored.metadata.causationId,
        command: null,
        request: null,
        data: {
          instanceId: world.instanceId,
          projectId: world.projectId,
          name: 'shop',
          spec: {
            vcpus: 1,
            memoryMiB: 512,
            volumeGiB: 2,
            datastore: 'postgresql',
            version: '17.10',
            flavor: 'small',
          },
          hostId: world.hostId,
          databases: [{ name: 'app' }],
          operationId: world.operationId,
          epoch: 1,
          deadline: '2030-01-01T00:10:00.000Z',
          users: [{ name: 'app', databases: ['app'] }],
        },
        unreadable: null,
      },
    ])
  })

  it.each(eventTypes)('shows %s without anything sealed, hashed or secret', async (type) => {
    const { log, read } = createScene()
    // What a later version of this program may add to an event is not shown before somebody has decided so.
    const stored = log.add(type, world, { laterField: 'planted-later' } as object)
    const text = JSON.stringify(await read([entryOf(stored)]))
    expect(text).toContain(type)
    expect(text).not.toContain('planted')
  })

  it('shows nothing of the data of a type or version that this program does not know', async () => {
    const { log } = createScene()
    const known = log.add('InstanceRenamed', world)
    for (const newer of [{ type: 'InstanceSung' }, { version: 99 }]) {
      const stored = { ...known, ...newer }
      const read = createAuditLogReader({
        readStream: async function* () {
          yield [stored]
        },
      })
      expect(await read([entryOf(stored)])).toMatchObject([
        { id: known.id, type: stored.type, data: {}, unreadable: { reason: expect.any(String) } },
      ])
    }
  })

  it('is read in the order that was asked for, with one read for neighbours in a stream', async () => {
    const { log, asked, read } = createScene()
    const other = exampleWorld(2)
    for (let number = 0; number < 30; number += 1) log.add('InstanceRenamed', number % 2 === 0 ? world : other)
    const wanted = [...log.events()].reverse()
    const documents = await read(wanted.map(entryOf))
    expect(documents.map(({ position }) => position)).toEqual(wanted.map(({ position }) => position))
    expect(asked).toHaveLength(2)
    for (const one of asked) expect(one).toMatchObject({ from: 0, maxCount: 15 })
  })

  it('does not read a long way of a stream for its two ends', async () => {
    const { log, asked, read } = createScene()
    for (let number = 0; number < 1000; number += 1) log.add('InstanceRenamed', world)
    const wanted = [0, 3, 999].map((at) => entryOf(log.events()[at] as WrittenEvent))
    expect(await read(wanted)).toHaveLength(3)
    const counts = asked.map(({ maxCount = 0 }) => maxCount)
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThan(20)
  })

  it('reads nothing for nothing', async () => {
    const { asked, read } = createScene()
    expect(await read([])).toEqual([])
    expect(asked).toEqual([])
  })

  it('shows an event that cannot be read as such, and says why', async () => {
    const { log } = createScene()
    const stored = { ...log.add('InstanceRenamed', world), metadata: {} }
    const read = createAuditLogReader({
      readStream: async function* () {
        yield [stored]
      },
    })
    const [shown] = await read([{ ...entryOf(log.events()[0] as WrittenEvent), projectId: null }])
    expect(shown).toMatchObject({ type: 'InstanceRenamed', at: null, actor: null, projectId: null, data: {} })
    expect(shown?.unreadable).toMatchObject({ reason: 'MALFORMED_METADATA' })
    expect(shown?.unreadable?.detail).toContain('metadata.at: string expected')
  })

  it('shows as missing what the log does not have any more, and goes on with the others', async () => {
    const { log } = createScene()
    const [first, second] = [log.add('InstanceRenamed', world), log.add('InstanceRenamed', world)]
    const read = createAuditLogReader({
      readStream: async function* () {
        yield [second]
      },
    })
    const [gone, next] = await read([entryOf(first), entryOf(second)])
    const { atMs, actor, role, hostId, ...place } = entryOf(first)
    expect(gone).toMatchObject({ ...place, at: null, actor: null, data: {}, unreadable: { reason: 'MISSING' } })
    expect(next).toMatchObject({ id: second.id, unreadable: null })
  })
})
