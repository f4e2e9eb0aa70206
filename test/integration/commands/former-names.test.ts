import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFormerNames } from '../../../commands/dispatch/former-names.ts'
import type { CommandContext } from '../../../commands/handle.ts'
import { parseCommandId } from '../../../domain/ids.ts'
import { instance, instanceStream } from '../../../domain/instance/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide } from '../../support/write-side.ts'
import { requestInstance } from '../../unit/domain/instance/history.ts'
import { at, instanceId } from '../../unit/domain/samples.ts'

const directories = createTempDir('former-names')
const { projectId, name } = requestInstance
const of = (ordinal: number) => ({ projectId, instanceId: instanceId(ordinal) })
let side: ReturnType<typeof openWriteSide>
let context: CommandContext

const tell = (command: Parameters<typeof project.decide>[0]) =>
  side.handler.handle(project, projectStream(projectId), command, context)
const holdFormer = () =>
  withFormerNames(side.handler, projectId, context, () =>
    tell({ type: 'HoldName', ...of(2), name, now: at(0), heldUntil: at(60) }),
  )

beforeAll(async () => {
  side = openWriteSide(directories.next())
  const commandId = parseCommandId(side.ids.next())
  const system = { actor: { kind: 'system', name: 'test' }, correlationId: null, instanceId: null } as const
  context = { ...system, commandId, causationId: commandId, projectId }
  await side.handler.handle(instance, instanceStream(instanceId(1)), requestInstance, context)
  await tell({ type: 'ConfirmName', ...of(1), name })
})
afterAll(() => side.close())

describe('a name that an instance had before', () => {
  it('is refused while the instance has it', async () => {
    expect(await holdFormer()).toMatchObject({ outcome: 'rejected', rejection: { code: 'ALREADY_EXISTS' } })
  })

  it('is free at once when the instance was given another, without waiting for the sagas', async () => {
    await tell({ type: 'HoldName', ...of(1), name: 'new', now: at(0), heldUntil: at(60) })
    const renamed = { type: 'RenameInstance', name: 'new' } as const
    await side.handler.handle(instance, instanceStream(instanceId(1)), renamed, context)
    expect(await holdFormer()).toMatchObject({ outcome: 'accepted' })
    const { state } = await side.handler.load(project, projectStream(projectId))
    expect(
      project.decide({ type: 'HoldName', ...of(2), name: 'new', now: at(90), heldUntil: at(99) }, state),
    ).toMatchObject({ outcome: 'rejected' })
  })
})
