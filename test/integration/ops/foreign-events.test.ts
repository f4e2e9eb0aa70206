import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { allCategories, type Category } from '../../../domain/aggregates.ts'
import { parseFlavorId, parseProjectId } from '../../../domain/ids.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { hostStatusOf } from '../../../projections/views/hosts.ts'
import { memberOf } from '../../support/control-plane.ts'
import { exampleEvent, exampleMetadata, exampleWorld } from '../../support/example-events.ts'
import { forms, type Running, runSite, type Site, soundEvent } from '../../support/foreign-site.ts'
import type { ForeignEvent } from '../../support/foreign-writers.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { waitFor } from '../../support/wait-for.ts'

type Fault = (sound: ForeignEvent) => ForeignEvent

/** The ways to be wrong, and why each cannot be read; null: it can. */
const faults: Readonly<Record<string, readonly [Fault, string | null]>> = {
  'no metadata': [(sound) => ({ ...sound, metadata: null }), 'MALFORMED_METADATA'],
  'an unknown type': [(sound) => ({ ...sound, type: 'SomethingOfTheFuture' }), 'UNKNOWN_TYPE'],
  'a newer version': [(sound) => ({ ...sound, version: 99 }), 'NEWER_VERSION'],
  'a type of another category': [
    (sound) => ({ ...sound, type: sound.type.startsWith('Flavor') ? 'TokenRevoked' : 'FlavorRetired' }),
    'WRONG_STREAM',
  ],
  'data of another shape': [(sound) => ({ ...sound, data: '{"a":1}' }), 'MALFORMED_DATA'],
  'another content type': [(sound) => ({ ...sound, data: 'not JSON', isJson: false }), 'MALFORMED_DATA'],
  'no bytes': [(sound) => ({ ...sound, data: '', isJson: false }), 'MALFORMED_DATA'],
  'an id that is none': [
    (sound) => ({ ...sound, metadata: { ...sound.metadata, commandId: 'none' } }),
    'MALFORMED_METADATA',
  ],
  'a time in 2099': [(sound) => ({ ...sound, metadata: { ...sound.metadata, at: '2099-12-31T23:59:59.000Z' } }), null],
}

/** Streams of these may be called 42. */
const namedByPeople: readonly string[] = ['project', 'timetable', 'flavor']

const cells: readonly { readonly category: Category; readonly fault: string }[] = allCategories.flatMap((category) =>
  Object.keys(faults).map((fault) => ({ category, fault })),
)

describe.each(forms)('what others write to the log (%s)', { timeout: 120_000 }, (form, open) => {
  let site: Site
  let server: Running
  /** What each cell has left in the log, and why it cannot be read. */
  const written: { readonly stream: string; readonly reason: string | null }[] = []
  const restart = runSite(open, (opened, running) => {
    site = opened
    server = running
  })

  it.each(cells)('$category: $fault concerns its own stream alone', async ({ category, fault }) => {
    const number = 100 + written.length
    // Datastores are named by what they are, so theirs is a stream that is in use.
    const world = exampleWorld(number, {
      projectId: parseProjectId(`foreign-${number}`),
      flavorId: parseFlavorId(`foreign-${number}`),
      datastore: 'redis',
    })
    const { stream, event } = soundEvent(category, world)
    const [spoil, reason] = faults[fault] ?? [(sound: ForeignEvent) => sound, null]
    await site.writers.append(stream, spoil(event))
    written.push({ stream, reason })
    await server.createDatabase()
    if (reason === null) return
    await waitFor('the event to be listed', async () =>
      (await server.unreadable()).some((each) => each.stream === stream && each.reason === reason),
    )
  })

  it('takes no notice of streams of other programs that are named alike', async () => {
    const before = (await server.unreadable()).length
    const byUuid = allCategories.filter((category) => !namedByPeople.includes(category))
    for (const category of byUuid) {
      await site.writers.append(`${category}-42`, { type: 'OrderShipped', version: 1, data: '{}', metadata: {} })
    }
    await server.createDatabase()
    expect(await server.unreadable()).toHaveLength(before)
  })

  it('fails an operation in whose stream it lies, whose agent does not answer, and no other', async () => {
    const instanceId = await server.createDatabase()
    server.silent.add(instanceId)
    const { operationId } = await server.accepted({ type: 'RestartInstance', id: instanceId })
    if (operationId === null) throw new Error('no operation')
    await waitFor(
      'the operation to begin',
      async () => (await server.views.operation(operationId))?.status === 'RUNNING',
    )
    const world = { ...exampleWorld(1), operationId, instanceId }
    const { data } = exampleEvent('GuestCommandIssued', world)
    const future = { ...data, command: { payload: { kind: 'engine-teleported' } } }
    // What undoes the operation is answered.
    server.silent.delete(instanceId)
    await site.writers.append(`operation-${operationId}`, {
      type: 'GuestCommandIssued',
      version: 2,
      data: JSON.stringify(future),
      metadata: exampleMetadata('GuestCommandIssued', world, 1),
    })
    await waitFor('the operation to fail', async () => (await server.faultOf(operationId)) === 'UNREADABLE_HISTORY')
    await waitFor(
      'the instance to be done with it',
      async () => (await server.views.instance(instanceId))?.operationId === null,
    )
    // Where it came from is said in the dead letter.
    const letters = await server.central.stores.bus.deadLetters.read('coffer.events', {
      direction: 'descending',
      limit: 50,
    })
    expect(letters.letters.map(({ error }) => error)).toContainEqual(
      expect.stringContaining(`operation-${operationId} revision`),
    )
    await server.accepted({ type: 'DeleteInstance', id: instanceId })
  })

  it('refuses commands on a stream it cannot read, until an administrator leaves the event out', async () => {
    const instanceId = await server.createDatabase()
    const stream = `instance-${instanceId}`
    await site.writers.append(stream, { type: 'InstanceTeleported', version: 1, data: '{}', metadata: {} })
    const rename = { type: 'RenameInstance', id: instanceId, name: 'orders' } as const
    const refusal = await waitFor('the command to be refused', async () => {
      const answer = await server.send({ ...rename, name: `orders-${randomUUID().slice(0, 8)}` })
      return answer.accepted ? null : answer.rejection
    })
    expect(refusal).toMatchObject({ code: 'UNREADABLE_HISTORY', details: { eventType: 'InstanceTeleported', stream } })
    expect(refusal.message).toContain('coffer admin log exclude')
    const revision = Number(refusal.details?.revision)
    expect(await server.send({ type: 'ExcludeEvent', stream, revision: 0, note: '' })).toMatchObject({
      rejection: { code: 'INVALID_STATE' },
    })
    await server.accepted({ type: 'ExcludeEvent', stream, revision, note: 'an experiment' })
    await server.accepted(rename)
    await waitFor('the list to say so', async () =>
      (await server.unreadable()).some((each) => each.stream === stream && each.excluded?.note === 'an experiment'),
    )
  })

  it('refuses a new database of what it cannot read, with the reason', async () => {
    const { stream } = written.find((each) => each.stream.startsWith('flavor-') && each.reason !== null) ?? {}
    const flavor = stream?.slice('flavor-'.length) ?? ''
    const shop = { type: 'CreateInstance', projectId: parseProjectId('others'), name: 'shop' } as const
    expect(await server.send({ ...shop, datastore: 'postgresql', flavor })).toMatchObject({
      rejection: { code: 'UNREADABLE_HISTORY', details: { stream } },
    })
    expect(await server.send({ ...shop, datastore: 'redis' })).toMatchObject({
      rejection: { code: 'UNREADABLE_HISTORY', details: { stream: 'datastore-redis' } },
    })
  })

  it('keeps a flavor out that every installation has, and nothing else', async () => {
    const stream = 'flavor-tiny'
    await site.writers.append(stream, { type: 'FlavorRetired', version: 1, data: '{}', metadata: null })
    written.push({ stream, reason: 'MALFORMED_METADATA' })
    await server.createDatabase()
    expect(await server.send({ type: 'RetireFlavor', id: 'tiny' })).toMatchObject({
      rejection: { code: 'UNREADABLE_HISTORY', details: { stream } },
    })
  })

  it('has every follower go on, and says how far each has come', async () => {
    const { ready, followers } = await waitFor('all to be ready', async () => {
      const status = await server.status()
      return status.ready && status
    })
    expect(ready).toBe(true)
    const names = ['directory', 'relay', 'timers', 'sagas', 'heartbeats', 'view instances', 'view unreadable']
    expect(followers.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    expect(followers.filter(({ error }) => error !== null)).toEqual([])
  })

  it('has all of this after a restart, too', async () => {
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())
    await server.createDatabase()
    const listed = await server.unreadable()
    for (const { stream, reason } of written.filter((each) => each.reason !== null)) {
      expect(listed, stream).toContainEqual(expect.objectContaining({ stream, reason }))
    }
    const { entries } = await server.views.events({ projectId: null }, { first: 1000 })
    expect(entries.filter(({ document }) => document.unreadable !== null).length).toBeGreaterThan(0)
    expect(server.lines.filter(({ message }) => message.includes('stands still'))).toEqual([])
    await waitFor('all to be ready', async () => (await server.status()).ready)
  })

  it('refuses a history that is cut off at its head, and goes on with all others', async () => {
    const instanceId = await server.createDatabase()
    await site.writers.truncate(`instance-${instanceId}`, 2)
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())
    const answer = await server.send({ type: 'StopInstance', id: instanceId })
    expect(answer).toMatchObject({ rejection: { code: 'UNREADABLE_HISTORY', details: { reason: 'MISSING_EVENTS' } } })
    // A view that was built anew does not show it, and does not say that there is none.
    expect(await server.codeOf(`{ instance(id: "${instanceId}") { name } }`)).toBe('UNREADABLE_HISTORY')
    await server.createDatabase()
    // The audit log is read on every page that touches the gap.
    await server.views.events({ projectId: null }, { first: 1000, direction: 'descending' })
  })

  it('shows what was taken away as a gap in the audit log, and refuses commands on it', async () => {
    const instanceId = await server.createDatabase()
    await site.writers.remove(`instance-${instanceId}`)
    const { entries } = await server.views.events({ projectId: null, instanceId }, { first: 100 })
    expect(entries.map(({ document }) => document.unreadable?.reason)).toContain('MISSING')
    // An event store lets a stream that was deleted softly be written to by whoever knows its last revision, as this server does.
    if (form === 'embedded') {
      expect(await server.send({ type: 'StopInstance', id: instanceId })).toMatchObject({
        rejection: { code: 'UNREADABLE_HISTORY', details: { reason: 'MISSING_EVENTS' } },
      })
    }
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())
    await server.createDatabase()
    // The views do not know it any more; quota and capacity do.
    expect(await server.send({ type: 'StopInstance', id: instanceId })).toMatchObject({
      rejection: { code: 'UNREADABLE_HISTORY', details: { reason: 'MISSING_EVENTS' } },
    })
  })
})

describe.each(forms)('streams that were taken away whole (%s)', { timeout: 120_000 }, (form, open) => {
  let site: Site
  let server: Running
  const restart = runSite(open, (opened, running) => {
    site = opened
    server = running
  })
  const lost = (stream: string) => ({
    rejection: { code: 'UNREADABLE_HISTORY', details: { stream, reason: 'MISSING_EVENTS' } },
  })

  it('are refused and named where others rest on them, and told to nobody else', async () => {
    const projectId = parseProjectId('taken')
    const instanceId = await server.createDatabase(projectId)
    const { tokenId } = await server.accepted({ type: 'IssueToken', name: 'ci', role: 'member', projectId })
    const emptied = parseProjectId('emptied')
    const other = await server.createDatabase(emptied)
    const operationId = (await server.accepted({ type: 'StopInstance', id: other })).operationId
    if (operationId === null) throw new Error('no operation')
    await waitFor('the other to be stopped', async () => (await server.views.instance(other))?.status === 'STOPPED')
    const streams = [`instance-${instanceId}`, `token-${tokenId}`, `operation-${operationId}`, 'project-emptied']
    await server.accepted({ type: 'DefineFlavor', id: 'odd', vcpus: 1, memoryMiB: 512, description: '' })
    const odd = { ...server.shopOf(parseProjectId('others')), flavor: 'odd' }
    await server.accepted(odd)
    await waitFor('what others rest on to be known', () => {
      const { claims } = server.central.controlPlane.directory
      return [...streams, 'flavor-odd'].every((stream) => claims.holdersOf(stream as StreamName).length > 0)
    })
    await server.createDatabase()
    for (const stream of [...streams, 'flavor-odd']) await site.writers.remove(stream)
    // An event store lets a stream that was deleted softly go on where it was.
    if (form === 'embedded') expect(await server.send(server.shopOf(emptied))).toMatchObject(lost('project-emptied'))
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())

    expect(await server.send({ type: 'DeleteInstance', id: instanceId })).toMatchObject(lost(`instance-${instanceId}`))
    expect(await server.codeOf(`{ instance(id: "${instanceId}") { name } }`)).toBe('UNREADABLE_HISTORY')
    expect(await server.codeOf('{ quota(project: "emptied") { projectId } }')).toBe('UNREADABLE_HISTORY')
    expect(await server.codeOf('{ quota(project: "never-was") { projectId } }')).toBeUndefined()
    expect(await server.send({ type: 'RevokeToken', id: tokenId })).toMatchObject(lost(`token-${tokenId}`))
    expect(await server.send({ type: 'CancelOperation', id: operationId })).toMatchObject(
      lost(`operation-${operationId}`),
    )
    expect(await server.send(server.shopOf(emptied))).toMatchObject(lost('project-emptied'))
    expect(await server.send({ ...odd, name: 'odd-2' })).toMatchObject(lost('flavor-odd'))
    expect(await server.send({ type: 'RetireFlavor', id: 'odd' })).toMatchObject(lost('flavor-odd'))
    // Whose it is not hears nothing of it.
    const stranger = memberOf(parseProjectId('strangers'))
    for (const command of [
      { type: 'DeleteInstance', id: instanceId },
      { type: 'RevokeToken', id: tokenId },
      { type: 'CancelOperation', id: operationId },
    ] as const) {
      expect(await server.send(command, stranger)).toMatchObject({ rejection: { code: 'NOT_FOUND' } })
    }
    await waitFor('readiness to name them', async () => (await server.streamWarning()).includes('nothing is left'))
    expect((await server.status()).ready).toBe(true)
    const verified = await server.verified()
    for (const stream of [...streams, 'flavor-odd']) {
      expect(verified).toContain(JSON.stringify({ stream, from: 0, to: null }))
    }
    // A flavor rests on nothing that came before it.
    await server.accepted({ type: 'DefineFlavor', id: 'odd', vcpus: 1, memoryMiB: 512, description: '' })
    await server.createDatabase()
  })

  it('are an operation in progress, which begins again to be cancelled', async () => {
    const instanceId = await server.createDatabase()
    server.silent.add(instanceId)
    const { operationId } = await server.accepted({ type: 'RestartInstance', id: instanceId })
    if (operationId === null) throw new Error('no operation')
    await waitFor('it to begin', async () => (await server.views.operation(operationId))?.status === 'RUNNING')
    await site.writers.remove(`operation-${operationId}`)
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())
    await server.accepted({ type: 'CancelOperation', id: operationId })
    await waitFor('its end', async () => (await server.views.instance(instanceId))?.operationId === null)
  })

  it('are a host, whose capacity nobody counts anew', async () => {
    const [host] = server.central.controlPlane.directory.hosts()
    const stream = `host-${host?.status === 'UNREGISTERED' ? '' : host?.hostId}`
    await site.writers.remove(stream)
    await restart()
    const { directory } = server.central.controlPlane
    await waitFor('the host to be left out', () => directory.hostRefusals().some((fault) => fault.stream === stream))
    const refused = await server.send(server.shopOf(parseProjectId('others')))
    expect(refused).toMatchObject({ rejection: { code: 'UNREADABLE_HISTORY' } })
    const other = await server.startAgent(hostDescription())
    await waitFor('the other host to be known', () => server.isPlaceable())
    await server.createDatabase()
    expect(await server.streamWarning()).toContain(`${stream} (`)
    expect(directory.hostRefusals().map((fault) => fault.stream)).toContain(stream)
    await other.stop()
  })
})

describe.each(forms)(
  'a project and a host that have lost a part of their histories (%s)',
  { timeout: 120_000 },
  (_form, open) => {
    let site: Site
    let server: Running
    const restart = runSite(open, (opened, running) => {
      site = opened
      server = running
    })

    it('counts no quota from half a history, before a restart and after it, and says so', async () => {
      const projectId = parseProjectId('cut')
      const stream = `project-${projectId}`
      await server.createDatabase(projectId)
      await server.createDatabase(projectId)
      await site.writers.truncate(stream, 3)
      const inUse = async () => (await server.views.quota(projectId))?.used.instances
      // It goes on with what it remembers, which is all of it.
      await server.createDatabase(projectId)
      await waitFor('the quota to count it', async () => (await inUse()) === 3)
      await restart()
      await waitFor('the host to be known', () => server.isPlaceable())
      const rejection = { code: 'UNREADABLE_HISTORY', details: { stream, reason: 'MISSING_EVENTS' } }
      expect(await server.send(server.shopOf(projectId))).toMatchObject({ rejection })
      expect((await server.views.quota(projectId))?.flaws).toEqual([0])
      await server.createDatabase()
      await waitFor('readiness to name it', async () => (await server.streamWarning()).includes(`${stream} (`))
      expect(await server.streamWarning()).toContain('begins at revision 3)')
      expect((await server.status()).ready).toBe(true)
      expect(await server.verified()).toContain(JSON.stringify({ stream, from: 0, to: 3 }))
    })

    it('counts no capacity from half a history, before a restart and after it, and says so', async () => {
      const [host] = server.central.controlPlane.directory.hosts()
      const stream = `host-${host?.status === 'UNREGISTERED' ? '' : host?.hostId}`
      await site.writers.truncate(stream, 4)
      await server.createDatabase()
      await restart()
      const { directory } = server.central.controlPlane
      await waitFor('the host to be left out', () => directory.hostRefusals().length > 0)
      const projectId = parseProjectId('others')
      expect(await server.send(server.shopOf(projectId))).toMatchObject({ rejection: { code: 'UNREADABLE_HISTORY' } })
      const hosts = (await server.views.hosts({ first: 10 })).entries.map(({ document }) => document)
      expect(hosts.map(hostStatusOf)).toEqual(['UNREADABLE'])
      const other = await server.startAgent(hostDescription())
      await waitFor('the other host to be known', () => server.isPlaceable())
      await server.createDatabase()
      expect(await server.streamWarning()).toContain(`${stream} (`)
      await other.stop()
    })
  },
)
