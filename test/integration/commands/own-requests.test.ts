import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemDispatch } from '../../../commands/dispatch/system-dispatch.ts'
import { takeSealingKey } from '../../../commands/seal-for-host.ts'
import { createKeyStore } from '../../../commands/secrets/key-store.ts'
import { systemContext } from '../../../commands/system-context.ts'
import type { HostCommand } from '../../../domain/host/commands.ts'
import { host, hostStream } from '../../../domain/host/index.ts'
import { type InstanceId, type ProjectId, parseOperationId } from '../../../domain/ids.ts'
import { instanceStream, primaryOf } from '../../../domain/instance/index.ts'
import type { OrdinaryAnswer } from '../../../domain/ordinary-command.ts'
import { hostReactions } from '../../../domain/reactions/host.ts'
import { createReactions, reactionTable } from '../../../domain/reactions/reactions.ts'
import { eventsOf } from '../../support/collect.ts'
import { projectA, projectB } from '../../support/control-plane.ts'
import { startPlaneWithAgent } from '../../support/plane-with-agent.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('own-requests')
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** A plane where the loss of a host restarts an instance that runs elsewhere, on behalf of this project. */
const start = async (projectId: ProjectId) => {
  const asked: { instanceId: InstanceId | null; answers: OrdinaryAnswer[] } = { instanceId: null, answers: [] }
  const reactions = createReactions({
    ...reactionTable,
    host: {
      ...hostReactions,
      HostLost: ({ data: { hostId, lastSeenAt } }) =>
        asked.instanceId === null
          ? []
          : [
              {
                target: 'public',
                by: 'test-watch',
                projectId,
                identity: { at: lastSeenAt, parts: [hostId, asked.instanceId] },
                command: { type: 'RestartInstance', id: asked.instanceId },
                answered: (answer) => {
                  asked.answers.push(answer)
                  return []
                },
              },
            ],
    },
  })
  const { plane } = await startPlaneWithAgent(dir.next(), stops, { reactions })
  const create = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const
  const { instanceId } = await plane.sendAccepted(create)
  asked.instanceId = instanceId
  await plane.instanceBecomes(instanceId, 'ACTIVE')
  const loseHost = async () => {
    const description = hostDescription()
    const { hostId } = description
    const tell = (command: HostCommand) =>
      plane.handler.handle(host, hostStream(hostId), command, systemContext('test', plane.ids.next()))
    await tell({ type: 'RegisterHost', description, refusal: null, reportId: plane.ids.next(), key: null })
    await tell({ type: 'ReportHostLost', hostId, lastSeenAt: new Date(plane.clock.now()).toISOString() })
  }
  return {
    plane,
    asked,
    loseHost,
    eventsOf: (type: string) => eventsOf(plane.eventStore, instanceStream(instanceId), type),
  }
}

/** A plane that keeps backups. `keysTaken`: how many keys of its host have been given to an operation. */
const startWithBackups = async () => {
  const { plane, asked, eventsOf: eventsOfInstance } = await start(projectA)
  const instanceId = asked.instanceId as InstanceId
  const kept = new Map<string, string>()
  const keys = createKeyStore(randomBytes(32), {
    get: async (subject) => kept.get(subject) ?? null,
    add: async (subject, wrapped) => kept.set(subject, kept.get(subject) ?? wrapped).get(subject) ?? wrapped,
    remove: async (subject) => void kept.delete(subject),
  })
  const dispatch = createSystemDispatch({ ...plane, keys })
  const nightly = { type: 'CreateSchedule', instanceId, action: 'backup', cron: '0 3 * * *' } as const
  const { scheduleId } = await plane.sendAccepted(nightly)
  const send = (part = 'nightly') =>
    dispatch(
      {
        by: 'schedules',
        projectId: projectA,
        identity: { at: '2030-01-01T00:00:00.000Z', parts: [part] },
        command: { type: 'CreateBackup', instanceId, scheduleId },
      },
      { causationId: plane.ids.next(), signal: new AbortController().signal },
    )
  const state = await plane.instanceState(instanceId)
  if (state.status === 'ABSENT') throw new Error('there is no instance')
  const { hostId } = primaryOf(state)
  const keysTaken = async () => (await eventsOf(plane.eventStore, hostStream(hostId), 'HostSealingKeyTaken')).length
  const takeKey = () =>
    takeSealingKey(plane.handler, hostId, parseOperationId(plane.ids.next()), systemContext('test', plane.ids.next()))
  return { kept, send, keysTaken, takeKey, eventsOf: eventsOfInstance }
}

describe('what an event of any aggregate leads to', { timeout: 60_000 }, () => {
  it('may be a public command, sent by a part of Coffer on behalf of a project, with ids that follow from the event', async () => {
    const { asked, loseHost, eventsOf } = await start(projectA)
    await loseHost()
    await waitFor(
      'an instance elsewhere to be restarted',
      async () => (await eventsOf('InstanceRestarted')).length === 1,
    )
    const [requested] = await eventsOf('InstanceRestartRequested')
    expect(requested?.metadata).toMatchObject({ actor: { kind: 'system', name: 'test-watch' }, projectId: projectA })
    expect(asked.answers).toMatchObject([{ accepted: true, operationId: expect.any(String) }])
    const [answer] = asked.answers
    expect(requested?.data).toMatchObject({ operationId: answer?.accepted && answer.operationId })
  })

  it('is carried out once, however often it is sent', async () => {
    const { plane, asked, eventsOf } = await start(projectA)
    const dispatch = createSystemDispatch(plane)
    const send = (part: string) =>
      dispatch(
        {
          by: 'test-watch',
          projectId: projectA,
          identity: { at: '2030-01-01T00:00:00.000Z', parts: [part] },
          command: { type: 'RestartInstance', id: asked.instanceId as InstanceId },
        },
        { causationId: plane.ids.next(), signal: new AbortController().signal },
      )
    const first = await send('once')
    expect(first).toMatchObject({ accepted: true })
    expect(await send('once')).toEqual(first)
    await waitFor('it to be restarted', async () => (await eventsOf('InstanceRestarted')).length === 1)
    expect(await send('once')).toEqual(first)
    expect(await send('again')).toMatchObject({ accepted: true })
    await waitFor('it to be restarted', async () => (await eventsOf('InstanceRestarted')).length === 2)
    expect(await eventsOf('InstanceRestartRequested')).toHaveLength(2)
  })

  it('may be a backup, which is asked for once as well', async () => {
    const { kept, send, eventsOf } = await startWithBackups()
    const first = await send()
    expect(first).toMatchObject({ accepted: true, operationId: expect.any(String) })
    expect(await send()).toEqual(first)
    const [requested, ...others] = await eventsOf('InstanceBackupRequested')
    expect(others).toEqual([])
    expect(requested?.metadata).toMatchObject({ actor: { kind: 'system', name: 'schedules' }, projectId: projectA })
    expect(JSON.stringify(requested?.data)).toContain([...kept.keys()][0])
    expect(kept.size).toBe(1)
  })

  it('takes a key of a host for a backup once, and none for one that is refused', async () => {
    const { kept, send, keysTaken, takeKey } = await startWithBackups()
    const first = await send()
    expect([first.accepted, await keysTaken()]).toEqual([true, 1])
    await takeKey()
    expect(await send()).toEqual(first)
    expect(await keysTaken()).toBe(2)
    const refused = { accepted: false, rejection: { code: 'OPERATION_IN_PROGRESS' } }
    expect(await send('another meanwhile')).toMatchObject(refused)
    expect([await keysTaken(), kept.size]).toEqual([2, 1])
  })

  it('reaches nothing of another project', async () => {
    const { asked, loseHost, eventsOf } = await start(projectB)
    await loseHost()
    await waitFor('the answer', () => asked.answers.length === 1)
    expect(asked.answers).toMatchObject([{ accepted: false, rejection: { code: 'NOT_FOUND' } }])
    expect(await eventsOf('InstanceRestartRequested')).toEqual([])
  })
})
