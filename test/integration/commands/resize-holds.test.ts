import { afterEach, describe, expect, it } from 'vitest'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import { createHandler } from '../../../commands/handle.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { parseInstanceId } from '../../../domain/ids.ts'
import { primaryOf } from '../../../domain/instance/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { lapse } from '../../../domain/values/ledger.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { memberOf, projectA, settings } from '../../support/control-plane.ts'
import { startPlaneWithAgent } from '../../support/plane-with-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('resize-holds')
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const quota = { ...settings.defaultQuota, volumeGiB: 4 }

/** A database of 1 GiB, in a project that may have 4, on a clock that can be put forward. */
const start = async () => {
  let aheadMs = 0
  const { plane } = await startPlaneWithAgent(dir.next(), disposals, {
    settings: { defaultQuota: quota },
    clock: { now: () => systemClock.now() + aheadMs },
  })
  const create = (name: string) =>
    plane.send({ type: 'CreateInstance', projectId: projectA, name, datastore: 'postgresql' })
  const created = await create('shop')
  if (!created.accepted || !created.instanceId) throw new Error('refused')
  const instanceId = parseInstanceId(created.instanceId)
  const untilActive = () => plane.instanceBecomes(instanceId, 'ACTIVE')
  await untilActive()

  const heldGiB = async (): Promise<readonly number[]> => {
    const state = await plane.instanceState(instanceId)
    if (state.status === 'ABSENT') throw new Error('there is no instance')
    const { state: held } = await plane.handler.load(project, projectStream(projectA))
    const on = await plane.hostState(primaryOf(state).hostId)
    if (on.status === 'UNREGISTERED') throw new Error('there is no host')
    const now = new Date(plane.clock.now()).toISOString()
    return [lapse(held.ledger, now), lapse(on.claims, now)].map(({ live }) => live.total.volumeGiB)
  }
  /** Through a dispatch that ends right before it asks the instance. */
  const resizeCutOff = async (volumeGiB: number, idempotencyKey: string): Promise<void> => {
    const eventStore: EventStore = {
      ...plane.eventStore,
      append: async (stream, events, expected) => {
        if (events.some(({ type }) => type === 'InstanceResizeRequested')) throw new Error('the process ended')
        return plane.eventStore.append(stream, events, expected)
      },
    }
    const dispatch = createDispatch({
      ...plane,
      handler: createHandler({ ...plane, eventStore }),
      masterKey: new Uint8Array(32).fill(1),
      findInstanceOf: async () => null,
    })
    const command = { type: 'ResizeInstance', id: instanceId, volumeGiB } as const
    const { signal } = new AbortController()
    const asked = dispatch({ command, actor: memberOf(projectA), signal, idempotencyKey })
    await expect(asked).rejects.toThrow('the process ended')
  }
  const resize = (volumeGiB: number, idempotencyKey: string) =>
    plane.send({ type: 'ResizeInstance', id: instanceId, volumeGiB }, { idempotencyKey })
  return { plane, create, resize, resizeCutOff, heldGiB, untilActive, pass: (ms: number) => (aheadMs += ms) }
}

describe('a resize that is cut off before its instance is asked', () => {
  it('holds the difference for as long as other requests that are cut off, and then nothing', async () => {
    const { create, resizeCutOff, heldGiB, pass } = await start()
    await resizeCutOff(4, 'first')
    expect(await heldGiB()).toEqual([4, 4])
    expect(await create('other')).toMatchObject({ accepted: false, rejection: { code: 'QUOTA_EXCEEDED' } })
    pass(settings.reservationMs)
    expect(await heldGiB()).toEqual([1, 1])
    expect(await create('other')).toMatchObject({ accepted: true })
  }, 60_000)

  it('is granted what it holds when it is asked for again', async () => {
    const { resize, resizeCutOff, heldGiB, untilActive } = await start()
    await resizeCutOff(4, 'first')
    expect(await resize(4, 'first')).toMatchObject({ accepted: true })
    await untilActive()
    await waitFor('the difference to be held for good', async () => (await heldGiB()).every((held) => held === 4))
  }, 60_000)

  it('stands in the way of no other resize of the same instance, and is not given back with what that is refused', async () => {
    const { resize, resizeCutOff, heldGiB, untilActive } = await start()
    await resizeCutOff(4, 'first')
    expect(await resize(5, 'second')).toMatchObject({ accepted: false, rejection: { code: 'QUOTA_EXCEEDED' } })
    expect(await heldGiB()).toEqual([4, 4])
    expect(await resize(4, 'third')).toMatchObject({ accepted: true })
    await untilActive()
  }, 60_000)
})
