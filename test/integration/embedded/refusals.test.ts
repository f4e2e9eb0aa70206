import { describe, expect, it } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import type { Dispatch, DispatchRequest } from '../../../commands/api.ts'
import { checkRequest } from '../../../commands/dispatch/dispatch.ts'
import { refused } from '../../../commands/public/definition.ts'
import { createRefusalLog, type RefusalSettings } from '../../../commands/refusals.ts'
import { type ProjectId, parseProjectId } from '../../../domain/ids.ts'
import type { Actor, Role } from '../../../domain/metadata.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('refusals')

const [shop, bank] = [parseProjectId('shop'), parseProjectId('bank')]
const dayMs = 86_400_000
const monday = Date.UTC(2030, 0, 7, 12)
const instanceId = '019a0001-0000-7000-8000-000000000001'

const createScene = async (settings: Partial<RefusalSettings> = {}) => {
  const database = openEmbeddedDatabase({ dataDir: dir.next() })
  const eventStore = createEmbeddedEventStore({ database })
  const time = { now: monday }
  const open = () =>
    createRefusalLog({
      ...quietKernel,
      clock: { ...quietKernel.clock, now: () => time.now },
      eventStore,
      settings: { keptDays: 3, perProjectAndDay: 5, perDay: 8, ...settings },
    })
  const refusals = open()
  const dispatch = refusals.noting((async (request: DispatchRequest) => {
    const checked = checkRequest(request)
    return refused(checked.ok ? { code: 'NOT_FOUND', message: 'there is none' } : checked.rejection)
  }) as Dispatch)
  const actor = (projectId: ProjectId, role: Role): Actor => ({
    kind: 'user',
    subject: 'ann',
    projectId,
    roles: [role],
  })
  const tryDelete = async (projectId: ProjectId, role: Role = 'reader') => {
    const origin = { id: 'r-1', network: '192.0.2.0/24' }
    const command = { type: 'DeleteInstance', id: instanceId } as const
    await dispatch({ command, actor: actor(projectId, role), signal: new AbortController().signal, origin })
    await refusals.settled()
  }
  return { eventStore, close: () => database.close(), time, open, refusals, dispatch, actor, tryDelete }
}

describe('refused commands', () => {
  it('tell who tried what, and why not, to the project and to admins', async () => {
    const { refusals, tryDelete, close } = await createScene()
    await tryDelete(shop)
    const [entry] = await refusals.list(shop, { first: 10 })
    expect(entry?.document).toMatchObject({
      at: '2030-01-07T12:00:00.000Z',
      actor: { subject: 'ann', roles: ['reader'] },
      projectId: shop,
      command: 'DeleteInstance',
      target: instanceId,
      code: 'FORBIDDEN',
      message: 'DeleteInstance needs the role member or admin; yours: reader',
      request: { id: 'r-1', network: '192.0.2.0/24' },
    })
    expect(await refusals.list(null, { first: 10 })).toHaveLength(1)
    expect(entry && (await refusals.find(entry.key))).toEqual(entry?.document)
    for (const id of ['refusals-2030-01-07.shop/1', 'refusals-2029-01-07.shop/0', 'instance-1/0', instanceId, ''])
      expect(await refusals.find(id)).toBeNull()
    expect(await refusals.list(bank, { first: 10 })).toEqual([])
    await close()
  })

  it('are listed over days, in both directions, from any place on', async () => {
    const { refusals, tryDelete, time, close } = await createScene()
    for (let day = 0; day < 3; day += 1) {
      time.now = monday + day * dayMs
      await tryDelete(shop)
      await tryDelete(shop)
    }
    const keys = async (range: object) =>
      (await refusals.list(shop, { first: 10, ...range })).map(({ sortKey }) => sortKey)
    const all = ['07', '08', '09'].flatMap((day) => [`2030-01-${day}/000000`, `2030-01-${day}/000001`])
    expect(await keys({})).toEqual(all)
    expect(await keys({ direction: 'descending' })).toEqual(all.toReversed())
    for (const [at, after] of all.entries()) {
      expect(await keys({ after, first: 2 })).toEqual(all.slice(at + 1, at + 3))
      expect(await keys({ after, direction: 'descending' })).toEqual(all.slice(0, at).toReversed())
    }
    await close()
  })

  it('are deleted when their days are over', async () => {
    const { refusals, tryDelete, time, eventStore, close } = await createScene()
    await tryDelete(shop)
    await tryDelete(bank)
    time.now = monday + 4 * dayMs
    await tryDelete(shop)
    for (const stream of ['refusals-2030-01-07', 'refusals-2030-01-07.shop', 'refusals-2030-01-07.bank']) {
      for await (const page of eventStore.readStream(stream as never)) expect(page).toEqual([])
    }
    expect(await refusals.list(null, { first: 10 })).toHaveLength(1)
    await close()
  })

  it('are kept up to a number each day, for a project and for all', async () => {
    const { refusals, tryDelete, close } = await createScene()
    for (let count = 0; count < 7; count += 1) await tryDelete(shop)
    for (let count = 0; count < 7; count += 1) await tryDelete(bank)
    const counts = [shop, bank, null].map(async (project) => (await refusals.list(project, { first: 50 })).length)
    expect(await Promise.all(counts)).toEqual([5, 3, 8])
    await close()
  })

  it('are noted by servers beside each other', async () => {
    const { refusals, open, tryDelete, close } = await createScene()
    const other = open()
    const second = other.noting((async () => refused({ code: 'NOT_FOUND', message: 'no' })) as unknown as Dispatch)
    const actor: Actor = { kind: 'user', subject: 'bob', projectId: shop, roles: ['member'] }
    await tryDelete(shop)
    await second({ command: { type: 'DeleteInstance', id: 'x' }, actor, signal: new AbortController().signal })
    await other.settled()
    await tryDelete(shop)
    const found = await refusals.list(shop, { first: 10 })
    expect(found.map(({ document }) => [document.command, document.target])).toEqual([
      ['DeleteInstance', instanceId],
      ['DeleteInstance', null],
      ['DeleteInstance', instanceId],
    ])
    await close()
  })

  it('hold nothing secret of what was asked for', async () => {
    const { refusals, dispatch, actor, eventStore, close } = await createScene()
    const users = [{ name: 'app', password: 'planted-secret' }]
    const command = { type: 'CreateUsers', instanceId, users } as never
    await dispatch({ command, actor: actor(shop, 'reader'), signal: new AbortController().signal })
    const rejection = {
      code: 'INVALID_INPUT',
      message: 'planted-secret is too short',
      field: 'users[0].password',
    } as const
    const refusing = refusals.noting((async () => refused(rejection)) as unknown as Dispatch)
    await refusing({ command, actor: actor(shop, 'member'), signal: new AbortController().signal })
    await refusals.settled()
    expect((await refusals.list(shop, { first: 10 })).map(({ document }) => document.message)).toContain(null)
    for await (const page of eventStore.readAll({ after: -1, signal: new AbortController().signal })) {
      expect(JSON.stringify(page)).not.toContain('planted')
    }
    await close()
  })
})
