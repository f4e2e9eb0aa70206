import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withFormerNames } from '../../../commands/dispatch/former-names.ts'
import { type CommandContext, createHandler, type Handler } from '../../../commands/handle.ts'
import { parseCommandId } from '../../../domain/ids.ts'
import { type InstanceCommand, instance, instanceStream } from '../../../domain/instance/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide } from '../../support/write-side.ts'
import { requestInstance } from '../../unit/domain/instance/history.ts'
import { at, instanceId, operationId, resources } from '../../unit/domain/samples.ts'

const directories = createTempDir('former-names')
const { projectId, name } = requestInstance
const defaultLimits = { instances: 100, vcpus: 100, memoryMiB: 100_000, volumeGiB: 1000 }
const of = (ordinal: number) => ({ projectId, instanceId: instanceId(ordinal) })
let side: ReturnType<typeof openWriteSide>
let context: CommandContext

const tell = (command: Parameters<typeof project.decide>[0]) =>
  side.handler.handle(project, projectStream(projectId), command, context)
const handleInstance = (ordinal: number, command: InstanceCommand, handler: Handler = side.handler) =>
  handler.handle(instance, instanceStream(instanceId(ordinal)), command, context)
const hold = (ordinal: number, wanted: string, second = 0) =>
  withFormerNames(side.handler, { projectId, name: wanted }, context, (refusedBy) => {
    const times = { now: at(second), heldUntil: at(second + 60) }
    return tell({ type: 'HoldName', ...of(ordinal), name: wanted, refusedBy, ...times })
  })
const nameOf = async (ordinal: number) => {
  const { state } = await side.handler.load(instance, instanceStream(instanceId(ordinal)))
  return state.status === 'ABSENT' ? null : state.name
}

beforeEach(async () => {
  side = openWriteSide(directories.next())
  const commandId = parseCommandId(side.ids.next())
  const system = { actor: { kind: 'system', name: 'test' }, correlationId: null, instanceId: null } as const
  context = { ...system, commandId, causationId: commandId, projectId }
  await handleInstance(1, requestInstance)
  await tell({ type: 'ConfirmName', ...of(1), name })
})
afterEach(() => side.close())

/** Another process, whose append waits in the middle until it is let go. */
const startFrozen = () => {
  const reached = Promise.withResolvers<void>()
  const thaw = Promise.withResolvers<void>()
  const handler = createHandler({
    ...side,
    eventStore: {
      ...side.eventStore,
      append: async (...append) => {
        reached.resolve()
        await thaw.promise
        return side.eventStore.append(...append)
      },
    },
  })
  return { handler, reached: reached.promise, thaw: thaw.resolve }
}

describe('a name that an instance had before', () => {
  it('is refused while the instance has it', async () => {
    expect(await hold(2, name)).toMatchObject({ outcome: 'rejected', rejection: { code: 'ALREADY_EXISTS' } })
  })

  it('is free at once when the instance was given another, without waiting for the sagas', async () => {
    await hold(1, 'new')
    await handleInstance(1, { type: 'RenameInstance', name: 'new' })
    expect(await hold(2, name)).toMatchObject({ outcome: 'accepted' })
    expect(await hold(2, 'new', 90)).toMatchObject({ outcome: 'rejected' })
  })
})

describe('a name that was held, and given late', () => {
  it('is refused to a rename that was frozen until another had it', async () => {
    const frozen = startFrozen()
    const { revision } = await hold(1, 'new')
    const late = { type: 'RenameInstance', name: 'new', nameFence: revision ?? 0 } as const
    const renamed = handleInstance(1, late, frozen.handler)
    await frozen.reached
    expect(await hold(2, 'new', 61)).toMatchObject({ outcome: 'accepted' })
    frozen.thaw()
    expect(await renamed).toMatchObject({ outcome: 'rejected', rejection: { code: 'CONCURRENT_MODIFICATION' } })
    expect(await nameOf(1)).toBe(name)
  })

  it('stays with a rename that was faster than the other', async () => {
    const { revision } = await hold(1, 'new')
    await handleInstance(1, { type: 'RenameInstance', name: 'new', nameFence: revision ?? 0 })
    expect(await hold(2, 'new', 61)).toMatchObject({ outcome: 'rejected', rejection: { code: 'ALREADY_EXISTS' } })
    expect(await nameOf(1)).toBe('new')
  })

  it('can be given to the same instance when it was held again', async () => {
    await hold(1, 'new')
    await hold(2, 'new', 61)
    await tell({ type: 'ReleaseName', ...of(2), name: 'new' })
    const { revision } = await hold(1, 'new', 70)
    await handleInstance(1, { type: 'RenameInstance', name: 'new', nameFence: revision ?? 0 })
    expect(await nameOf(1)).toBe('new')
  })

  it('is refused to a create that was frozen until another had it', async () => {
    const frozen = startFrozen()
    const room = { resources, now: at(0), expiresAt: at(60), defaultLimits }
    const { revision } = await tell({
      type: 'ReserveQuota',
      ...of(3),
      operationId: operationId(3),
      name: 'new',
      ...room,
    })
    const late = { ...requestInstance, ...of(3), name: 'new', nameFence: revision ?? 0 }
    const created = handleInstance(3, late, frozen.handler)
    await frozen.reached
    expect(await hold(2, 'new', 61)).toMatchObject({ outcome: 'accepted' })
    frozen.thaw()
    expect(await created).toMatchObject({ outcome: 'rejected', rejection: { code: 'CONCURRENT_MODIFICATION' } })
    expect(await nameOf(3)).toBeNull()
  })
})
