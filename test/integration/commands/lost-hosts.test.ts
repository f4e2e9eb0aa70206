import { afterEach, describe, expect, it } from 'vitest'
import { timeoutOfEach } from '../../../commands/public/definition.ts'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import { heldNodes } from '../../../domain/host/index.ts'
import { type HostId, parseInstanceId } from '../../../domain/ids.ts'
import { primaryOf } from '../../../domain/instance/index.ts'
import { operationStream } from '../../../domain/operation/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { commitmentOf } from '../../../domain/values/ledger.ts'
import { sealingKeyNumber } from '../../../domain/values/sealing-key.ts'
import { eventsOf } from '../../support/collect.ts'
import { admin, projectA, startControlPlane } from '../../support/control-plane.ts'
import { hostDescription, type Script, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('lost-hosts')
const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const create = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const
const withUser = { ...create, databases: [{ name: 'orders' }], users: [{ name: 'ada' }] }

/** A control plane that loses hosts soon, and hosts that come and go with all they hold. */
const start = async (settings = {}) => {
  const plane = await startControlPlane(dir.next(), { hostLostAfterMs: 1500, settings })
  stops.push(plane.stop)
  await plane.defineSmallFlavor()

  const startHost = async (script: Script = () => 'succeed', volumeGiB = 10_000) => {
    const description = hostDescription({ capacity: { vcpus: 64, memoryMiB: 262_144, volumeGiB } })
    const { hostId } = description
    let agent = await startScriptedAgent(plane.bus, description, script)
    let timer: NodeJS.Timeout | undefined
    const beat = () => void agent.beat().catch(() => undefined)
    const live = () => {
      timer = setInterval(beat, 200)
    }
    live()
    stops.push(async () => {
      clearInterval(timer)
      await agent.stop()
    })
    await waitFor('the host to be known', () =>
      plane.directory.hosts().some((state) => state.status === 'UP' && state.hostId === hostId),
    )
    await waitFor('its offer', () => plane.directory.datastores().some(({ offered }) => offered.includes('17.10')))
    return {
      hostId,
      received: (): readonly GuestCommand[] => agent.received,
      answers: () => agent.answers,
      holds: () => Object.keys(agent.holdings.now()),
      die: async () => {
        clearInterval(timer)
        await agent.stop()
      },
      comeBack: async (answer: Script = () => 'succeed') => {
        agent = await startScriptedAgent(plane.bus, description, answer, agent.holdings)
        live()
      },
      /** What it has of this instance is there again, as if the bus had lost the command to remove it. */
      hold: (command: GuestCommand) => agent.holdings.take(command),
    }
  }
  const nodesHeldBy = async (hostId: HostId, instanceId: string | null) => {
    const state = await plane.hostState(hostId)
    const held = state.status === 'UNREGISTERED' ? [] : heldNodes(state)
    return held.filter((node) => node.instanceId === instanceId).map(({ nodeId }) => nodeId)
  }
  const isHeldBy = async (hostId: HostId, instanceId: string | null) =>
    (await nodesHeldBy(hostId, instanceId)).length > 0
  return {
    plane,
    startHost,
    isHeldBy,
    nodesHeldBy,
    becomes: (hostId: HostId, status: 'UP' | 'LOST') =>
      waitFor(`the host to be ${status}`, async () => (await plane.hostState(hostId)).status === status),
    unlisted: async (hostId: HostId) => {
      const state = await plane.hostState(hostId)
      return state.status === 'UNREGISTERED' ? [] : Object.keys(state.unlisted)
    },
    instanceBecomes: plane.instanceBecomes,
    operationEnds: (operationId: Parameters<typeof plane.operationState>[0]) =>
      waitFor('the operation to end', async () => {
        const state = await plane.operationState(operationId)
        return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(state.status) && state.status
      }),
  }
}

/** Silent from a step on. */
const silentFrom =
  (kind: GuestCommand['payload']['kind']): Script =>
  ({ payload }) =>
    payload.kind === kind ? 'silent' : 'succeed'

describe('a create whose host is lost meanwhile', { timeout: 60_000 }, () => {
  it.each([
    ['without passwords', create],
    ['with passwords, which are sealed to the other host', withUser],
  ])('is done by another host, %s', async (_, wish) => {
    const { plane, startHost, becomes, instanceBecomes, isHeldBy, operationEnds, unlisted } = await start()
    const first = await startHost(silentFrom('engine-running'))
    const { instanceId, operationId } = await plane.sendAccepted(wish)
    await waitFor('the engine to be asked for', () => first.received().length === 2)
    const second = await startHost()
    await first.die()
    await becomes(first.hostId, 'LOST')

    const made = await instanceBecomes(instanceId, 'ACTIVE')
    expect(made).toMatchObject({ nodes: [{ hostId: second.hostId, role: 'primary', generation: 2 }] })
    expect(await operationEnds(operationId)).toBe('SUCCEEDED')
    expect(await isHeldBy(second.hostId, instanceId)).toBe(true)
    // What it has of it is there until it says that it is not.
    expect(await isHeldBy(first.hostId, instanceId)).toBe(true)
    const [beforeEpoch] = first.received().map(({ epoch }) => epoch)
    expect(second.received().map(({ epoch }) => epoch)).toEqual(second.received().map(() => (beforeEpoch ?? 0) + 2))
    const keys = second
      .received()
      .flatMap(({ payload }) => ('users' in payload ? payload.users : []))
      .map(({ sealedPassword }) => sealingKeyNumber(sealedPassword))
    expect(new Set(keys)).toEqual(
      new Set('users' in wish ? [made.status === 'ABSENT' ? null : primaryOf(made).sealingKey] : []),
    )

    await first.comeBack()
    await becomes(first.hostId, 'UP')
    await waitFor('the first host to remove its half', () => first.holds().length === 0)
    expect(first.received().map(({ payload, epoch }) => [payload.kind, epoch])).toEqual([
      ['node-absent', (beforeEpoch ?? 0) + 1],
    ])
    await waitFor('its room to be free', async () => !(await isHeldBy(first.hostId, instanceId)))
    expect(await unlisted(first.hostId)).toEqual([])
    expect(await instanceBecomes(instanceId, 'ACTIVE')).toMatchObject({ nodes: [{ hostId: second.hostId }] })
  })

  it('is done by a host that it has left before, beside what is left there of the other node, under another key', async () => {
    const { plane, startHost, becomes, instanceBecomes, nodesHeldBy } = await start()
    const first = await startHost(silentFrom('engine-running'))
    const { instanceId } = await plane.sendAccepted(withUser)
    await waitFor('the engine to be asked for', () => first.received().length === 2)
    const began = await instanceBecomes(instanceId, 'PROVISIONING')
    const second = await startHost(silentFrom('engine-running'))
    await first.die()
    await becomes(first.hostId, 'LOST')
    await waitFor('the other host to be asked', () => second.received().length === 2)
    // It makes what it is asked for, and does not come to removing the half that it has.
    await first.comeBack(silentFrom('node-absent'))
    await becomes(first.hostId, 'UP')
    const left = await nodesHeldBy(first.hostId, instanceId)
    expect(left).toHaveLength(1)
    await second.die()
    await becomes(second.hostId, 'LOST')
    const made = await instanceBecomes(instanceId, 'ACTIVE')
    expect(made).toMatchObject({ nodes: [{ hostId: first.hostId, generation: 3 }] })
    if (began.status === 'ABSENT' || made.status === 'ABSENT') throw new Error('it is there')
    expect(primaryOf(made).sealingKey).not.toBe(primaryOf(began).sealingKey)
    expect(primaryOf(made).nodeId).not.toBe(left[0])
    expect(await nodesHeldBy(first.hostId, instanceId)).toEqual(
      expect.arrayContaining([...left, primaryOf(made).nodeId]),
    )
  })

  it('does not listen to the first host any more', async () => {
    const { plane, startHost, becomes, instanceBecomes } = await start()
    const first = await startHost(silentFrom('volume-ready'))
    const { instanceId, operationId } = await plane.sendAccepted(create)
    await waitFor('the volume to be asked for', () => first.received().length === 1)
    const second = await startHost(silentFrom('volume-ready'))
    await first.die()
    await becomes(first.hostId, 'LOST')
    await waitFor('the other host to be asked', () => second.received().length === 1)
    const [asked] = first.received()
    if (!asked) throw new Error('the first host was asked')
    await first.comeBack()
    await becomes(first.hostId, 'UP')
    expect(await plane.operationState(operationId)).toMatchObject({ status: 'RUNNING', step: { name: 'volume' } })
    expect(await instanceBecomes(instanceId, 'PROVISIONING')).toMatchObject({ nodes: [{ hostId: second.hostId }] })
  })

  it('waits for room, moves when there is some, and fails with HOST_UNREACHABLE when there never is', async () => {
    const { plane, startHost, becomes, instanceBecomes, operationEnds, isHeldBy } = await start({
      operationTimeoutMs: { ...timeoutOfEach(9000), provision: 12_000 },
    })
    const first = await startHost(silentFrom('volume-ready'))
    const waiting = await plane.sendAccepted(create)
    await waitFor('the volume to be asked for', () => first.received().length === 1)
    await first.die()
    await becomes(first.hostId, 'LOST')
    const operation = await waitFor('the operation to know', async () => {
      const state = await plane.operationState(waiting.operationId)
      return state.status === 'RUNNING' && state.step?.hostLost && state
    })
    expect(operation.step?.deadline).toBe(operation.forwardDeadline)
    const second = await startHost()
    expect(await instanceBecomes(waiting.instanceId, 'ACTIVE')).toMatchObject({ nodes: [{ hostId: second.hostId }] })

    await second.die()
    await becomes(second.hostId, 'LOST')
    const third = await startHost(silentFrom('volume-ready'))
    const other = await plane.sendAccepted({ ...create, name: 'other' })
    await waitFor('the volume to be asked for', () => third.received().length === 1)
    await third.die()
    expect(await operationEnds(other.operationId)).toBe('FAILED')
    const failed = await waitFor('the fault', async () => {
      if (!other.operationId) throw new Error('a create has an operation')
      return (await eventsOf(plane.eventStore, operationStream(other.operationId), 'OperationFailed'))[0]
    })
    expect(failed.data).toMatchObject({ fault: { code: 'HOST_UNREACHABLE' } })
    await instanceBecomes(other.instanceId, 'FAILED')
    await waitFor('its room to be free', async () => !(await isHeldBy(third.hostId, other.instanceId)))
  })

  it('is cancelled at once', async () => {
    const { plane, startHost, becomes, operationEnds } = await start()
    const only = await startHost(silentFrom('volume-ready'))
    const { operationId } = await plane.sendAccepted(create)
    await waitFor('the volume to be asked for', () => only.received().length === 1)
    await only.die()
    await becomes(only.hostId, 'LOST')
    if (!operationId) throw new Error('a create has an operation')
    await plane.sendAccepted({ type: 'CancelOperation', id: operationId })
    expect(await operationEnds(operationId)).toBe('CANCELLED')
  })
})

describe('a delete on a lost host', { timeout: 60_000 }, () => {
  const lost = async () => {
    const scene = await start()
    const only = await scene.startHost()
    const { instanceId } = await scene.plane.sendAccepted(create)
    await scene.instanceBecomes(instanceId, 'ACTIVE')
    if (!instanceId) throw new Error('a create has an instance')
    return { ...scene, only, instanceId }
  }

  const isCounted = async (scene: Awaited<ReturnType<typeof lost>>) => {
    const { state } = await scene.plane.handler.load(project, projectStream(projectA))
    return commitmentOf(state.ledger, scene.instanceId) !== undefined
  }

  it('is over at once, with its quota, its room and its name free, and is carried out when the host is back', async () => {
    const scene = await lost()
    const { plane, only, instanceId, becomes, instanceBecomes, operationEnds, isHeldBy, unlisted } = scene
    await only.die()
    await becomes(only.hostId, 'LOST')
    const { operationId } = await plane.sendAccepted({ type: 'DeleteInstance', id: instanceId })
    expect(await operationEnds(operationId)).toBe('SUCCEEDED')
    await instanceBecomes(instanceId, 'DELETED')
    await waitFor('its quota to be free', async () => !(await isCounted(scene)))
    await waitFor('its room to be free', async () => !(await isHeldBy(only.hostId, instanceId)))
    // The name is free: only for want of a host there is no other of it.
    expect(await plane.send(create)).toMatchObject({ rejection: { code: 'NO_CAPACITY' } })

    await only.comeBack()
    await waitFor('it to be removed', () => only.holds().length === 0)
    expect(only.received().map(({ payload }) => payload.kind)).toEqual(['node-absent'])
    expect(await unlisted(only.hostId)).toEqual([])
  })

  it('is over when its host is lost after it was asked for', async () => {
    const scene = await start()
    const only = await scene.startHost(silentFrom('node-absent'))
    const { instanceId } = await scene.plane.sendAccepted(create)
    await scene.instanceBecomes(instanceId, 'ACTIVE')
    if (!instanceId) throw new Error('a create has an instance')
    const { operationId } = await scene.plane.sendAccepted({ type: 'DeleteInstance', id: instanceId })
    await waitFor('the removal to be asked for', () =>
      only.received().some(({ payload }) => payload.kind === 'node-absent'),
    )
    await only.die()
    expect(await scene.operationEnds(operationId)).toBe('SUCCEEDED')
    await scene.instanceBecomes(instanceId, 'DELETED')
  })

  it('is carried out also where the bus has lost the command', async () => {
    const scene = await lost()
    const { plane, only, instanceId, becomes, instanceBecomes, unlisted } = scene
    const [volume] = only.received()
    if (!volume) throw new Error('the host was asked for a volume')
    await only.die()
    await becomes(only.hostId, 'LOST')
    await plane.sendAccepted({ type: 'DeleteInstance', id: instanceId })
    await instanceBecomes(instanceId, 'DELETED')
    await only.comeBack()
    await waitFor('it to be removed', () => only.holds().length === 0)
    only.hold(volume)
    const before = only.received().length
    await waitFor('it to be asked once more', () => only.received().length > before)
    await waitFor('it to be removed again', () => only.holds().length === 0)
    expect(await unlisted(only.hostId)).toEqual([])
  })
})

describe('a database whose host was lost and is back', { timeout: 60_000 }, () => {
  it.each([
    ['running', 'ACTIVE', 'HEALTHY'],
    ['stopped', 'STOPPED', 'UNKNOWN'],
  ] as const)('and is %s there is %s and %s again by itself', async (how, status, health) => {
    const { plane, startHost, becomes, instanceBecomes } = await start()
    const only = await startHost()
    const { instanceId } = await plane.sendAccepted(create)
    await instanceBecomes(instanceId, 'ACTIVE')
    if (!instanceId) throw new Error('a create has an instance')
    if (how === 'stopped') await plane.sendAccepted({ type: 'StopInstance', id: instanceId })
    await instanceBecomes(instanceId, status)
    await only.die()
    await becomes(only.hostId, 'LOST')
    await only.comeBack()
    await becomes(only.hostId, 'UP')
    expect(await plane.instanceState(instanceId)).toMatchObject({ status, health })
  })

  it('after an operation on it failed meanwhile is what it is there', async () => {
    const { plane, startHost, becomes, instanceBecomes, operationEnds } = await start({
      operationTimeoutMs: { ...timeoutOfEach(3000), provision: 60_000 },
    })
    const only = await startHost(({ payload }) =>
      payload.kind === 'engine-running' && payload.generation > 0 ? 'silent' : 'succeed',
    )
    const { instanceId } = await plane.sendAccepted(create)
    await instanceBecomes(instanceId, 'ACTIVE')
    if (!instanceId) throw new Error('a create has an instance')
    const { operationId } = await plane.sendAccepted({ type: 'RestartInstance', id: instanceId })
    await only.die()
    await becomes(only.hostId, 'LOST')
    expect(await operationEnds(operationId)).toBe('FAILED')
    await instanceBecomes(instanceId, 'FAILED')
    await only.comeBack()
    expect(await instanceBecomes(instanceId, 'ACTIVE')).toMatchObject({ health: 'HEALTHY' })
  })
})

describe('a host that is removed', { timeout: 60_000 }, () => {
  const remove = (plane: Awaited<ReturnType<typeof start>>['plane'], hostId: HostId, force = false) =>
    plane.send({ type: 'RemoveHost', id: hostId, force }, { actor: admin })

  it('gives up its databases: they fail, hold nothing any more, can be deleted at once, and others get its name', async () => {
    const scene = await start()
    const { plane, startHost, becomes, instanceBecomes, isHeldBy, operationEnds } = scene
    const only = await startHost()
    const { instanceId } = await plane.sendAccepted(create)
    await instanceBecomes(instanceId, 'ACTIVE')
    if (!instanceId) throw new Error('a create has an instance')
    await only.die()
    await becomes(only.hostId, 'LOST')
    const restart = await plane.send({ type: 'RestartInstance', id: instanceId })
    expect(restart).toMatchObject({ rejection: { code: 'HOST_UNREACHABLE' } })
    expect(await remove(plane, only.hostId)).toMatchObject({ accepted: true, replayed: false })
    expect(await remove(plane, only.hostId)).toMatchObject({ accepted: true, replayed: true })

    const failed = await instanceBecomes(instanceId, 'FAILED')
    expect(failed).toMatchObject({ health: 'UNREACHABLE', dataKept: false })
    await waitFor('its room to be free', async () => !(await isHeldBy(only.hostId, instanceId)))
    await waitFor('its quota to be free', async () => {
      const { state } = await plane.handler.load(project, projectStream(projectA))
      return commitmentOf(state.ledger, instanceId) === undefined
    })
    const { operationId } = await plane.sendAccepted({ type: 'DeleteInstance', id: instanceId })
    expect(await operationEnds(operationId)).toBe('SUCCEEDED')
    await instanceBecomes(instanceId, 'DELETED')
    expect(plane.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('settles the deletes that wait for it, fails what else is going on there, and moves creates', async () => {
    const { plane, startHost, instanceBecomes, operationEnds } = await start()
    let silent = false
    const first = await startHost(() => (silent ? 'silent' : 'succeed'))
    const made = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const { instanceId } = await plane.sendAccepted({ ...create, name })
        await instanceBecomes(instanceId, 'ACTIVE')
        return parseInstanceId(instanceId ?? '')
      }),
    )
    const [restarted, deleted] = made
    if (!restarted || !deleted) throw new Error('two were made')
    silent = true
    const restart = await plane.sendAccepted({ type: 'RestartInstance', id: restarted })
    const deletion = await plane.sendAccepted({ type: 'DeleteInstance', id: deleted })
    const creation = await plane.sendAccepted({ ...create, name: 'c' })
    await waitFor('all to be asked for', () => first.received().length >= 9)
    const second = await startHost()
    expect(await remove(plane, first.hostId)).toMatchObject({ rejection: { code: 'INVALID_STATE' } })
    expect(await remove(plane, first.hostId, true)).toMatchObject({ accepted: true })

    expect(await operationEnds(deletion.operationId)).toBe('SUCCEEDED')
    expect(await operationEnds(restart.operationId)).toBe('FAILED')
    await instanceBecomes(restarted, 'FAILED')
    expect(await operationEnds(creation.operationId)).toBe('SUCCEEDED')
    expect(await instanceBecomes(creation.instanceId, 'ACTIVE')).toMatchObject({ nodes: [{ hostId: second.hostId }] })
    await waitFor('nothing to be held there', async () => {
      const state = await plane.hostState(first.hostId)
      return state.status === 'REMOVED' && heldNodes(state).length === 0
    })
  })

  it('is not let in when it comes back, is told what to do, and gets no work', async () => {
    const { plane, startHost, becomes } = await start()
    const only = await startHost()
    await only.die()
    await becomes(only.hostId, 'LOST')
    await remove(plane, only.hostId)
    await only.comeBack()
    await waitFor('its registration to be answered', () => only.answers().length > 0)
    expect(only.answers()[0]).toContain('To use the machine as a new host')
    expect(await plane.send(create)).toMatchObject({ rejection: { code: 'NO_CAPACITY' } })
    const state = await plane.hostState(only.hostId)
    expect(state.status).toBe('REMOVED')
  })

  it('without databases may be up, and one that never registered is not there', async () => {
    const { plane, startHost } = await start()
    const idle = await startHost()
    expect(await remove(plane, idle.hostId)).toMatchObject({ accepted: true })
    const nobody = hostDescription()
    expect(await remove(plane, nobody.hostId)).toMatchObject({ rejection: { code: 'NOT_FOUND' } })
    const member = await plane.send({ type: 'RemoveHost', id: idle.hostId, force: false })
    expect(member).toMatchObject({ rejection: { code: 'FORBIDDEN' } })
  })
})
