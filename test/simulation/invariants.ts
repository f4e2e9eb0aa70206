import type { EventStore, StoredEvent } from '../../commands/ports/event-store.ts'
import { committedNodes, host } from '../../domain/host/index.ts'
import type { HostState } from '../../domain/host/state.ts'
import type { InstanceId, NodeId, OperationId } from '../../domain/ids.ts'
import { hasNode, type InstanceState, instance, primaryOf } from '../../domain/instance/index.ts'
import { type OperationState, operation } from '../../domain/operation/index.ts'
import { nextDeadline } from '../../domain/operation/state.ts'
import { project } from '../../domain/project/index.ts'
import type { ProjectState } from '../../domain/project/state.ts'
import { checkEvent } from '../../domain/read-event.ts'
import { streamCategory } from '../../domain/stream.ts'
import { committedIds, holdingOf, lapse } from '../../domain/values/ledger.ts'
import { sameResources } from '../../domain/values/resources.ts'
import { allViews } from '../../projections/registry.ts'
import { verifyViews } from '../../projections/verify.ts'
import { quietKernel } from '../support/quiet-kernel.ts'
import type { World } from './world.ts'

/** Something that must never be was. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken'
}

/** How long a deadline that has passed may go unnoticed: every process that keeps it may be down for a while. */
const graceMs = 180_000
/** A host that counted as lost may run what was moved or deleted meanwhile, until it is back and has been told. */
const returnMs = 300_000

/**
 * `reachable`: without those on hosts that were lost. `isComingUp`: its machine was switched off, and its agent has not started it
 * again yet.
 */
type Engines = {
  readonly running: number
  readonly reachable: number
  readonly mostOfNode: number
  readonly isComingUp: boolean
}
const noEngines: Engines = { running: 0, reachable: 0, mostOfNode: 0, isComingUp: false }

/** Follows the log beside the system, and looks whether what it says is so. */
export const createInvariants = (world: World, now: () => number) => {
  const instances = new Map<InstanceId, InstanceState>()
  const operations = new Map<OperationId, OperationState>()
  const projects = new Map<string, ProjectState>()
  const hosts = new Map<string, HostState>()
  /** Whose streams others have written to, or cut: those concerned, of whom less is asked. */
  const spoiled = new Set<InstanceId>()
  /** What is said to them may be parked. */
  const everSpoiled = new Set<string>()
  const cut = new Set<InstanceId>()
  /** Whose databases may be other than the log knows: one failed to be made or deleted. */
  const unsureDatabases = new Set<string>()
  const broken = (what: string): never => {
    throw new InvariantBroken(what)
  }

  const lostAt = new Map<string, number>()
  /** Since when another node is in the place of this one, or its instance deleted. */
  const goneSince = new Map<NodeId, number>()
  let broughtBack: string | null = null
  world.onBroughtBack((nodeId, askedAt) => {
    const since = goneSince.get(nodeId)
    if (askedAt !== null && since !== undefined && since < askedAt) broughtBack ??= nodeId
  })
  let unreadable: string | null = null

  world.eventLog.onAppended((stored: StoredEvent) => {
    const checked = checkEvent(stored)
    if (world.eventLog.isForeign(stored)) return
    if (!checked?.readable) {
      // Thrown here, it would be the failure of an append, which the system tries again.
      unreadable ??= `${stored.type} in ${stored.stream}`
      return
    }
    const category = streamCategory(stored.stream)
    const id = stored.stream.slice(category.length + 1)
    // The category says whose event it is.
    const event = checked.event as never
    if (category === 'instance') {
      if (stored.type === 'InstanceSharedOperationFailed') unsureDatabases.add(id)
      const before = instances.get(id as InstanceId) ?? instance.initial
      const after = instance.evolve(before, event)
      if (before.status !== 'ABSENT' && after.status !== 'ABSENT') {
        const { nodeId } = primaryOf(before)
        if (primaryOf(after).nodeId !== nodeId || after.status === 'DELETED') goneSince.set(nodeId, now())
      }
      instances.set(id as InstanceId, after)
    } else if (category === 'operation') {
      operations.set(id as OperationId, operation.evolve(operations.get(id as OperationId) ?? operation.initial, event))
    } else if (category === 'host') {
      if (stored.type === 'HostLost') lostAt.set(id, now())
      hosts.set(id, host.evolve(hosts.get(id) ?? host.initial, event))
    } else if (category === 'project') projects.set(id, project.evolve(projects.get(id) ?? project.initial, event))
  })

  const wasLost = (hostId: string): boolean => now() < (lostAt.get(hostId) ?? Number.NEGATIVE_INFINITY) + returnMs
  /** What there is of each instance, in one pass: it is asked for after every step. */
  const enginesByInstance = (): ReadonlyMap<InstanceId, Engines> => {
    const found = new Map<InstanceId, Engines>()
    for (const { hostId, placed } of world.hosts) {
      const isReachable = !wasLost(hostId)
      for (const { instanceId, processes, isDown } of placed.values()) {
        const { running, reachable, mostOfNode, isComingUp } = found.get(instanceId) ?? noEngines
        const count = processes.length
        found.set(instanceId, {
          running: running + count,
          reachable: reachable + (isReachable ? count : 0),
          mostOfNode: Math.max(mostOfNode, count),
          isComingUp: isComingUp || isDown,
        })
      }
    }
    return found
  }
  /** One whose provisioning was undone is listed until it is deleted, and has nothing. */
  const exists = (state: InstanceState): boolean =>
    state.status === 'FAILED' ? state.dataKept : state.status !== 'ABSENT' && state.status !== 'DELETED'

  return {
    instances,
    operations,
    spoiled: (id: InstanceId): void => {
      spoiled.add(id)
      everSpoiled.add(id)
    },
    struck: (id: OperationId): void => void everSpoiled.add(id),
    mended: (id: InstanceId): void => void spoiled.delete(id),
    cut: (id: InstanceId): void => {
      cut.add(id)
      everSpoiled.add(id)
    },
    isCut: (id: InstanceId): boolean => cut.has(id),
    isAnyCut: (): boolean => cut.size > 0,
    isSpoiled: (id: InstanceId): boolean => spoiled.has(id) || cut.has(id),
    /** After every step. */
    check: (): void => {
      if (broughtBack !== null) broken(`node ${broughtBack} was started again though it was gone before its host asked`)
      if (unreadable !== null) broken(`an event that cannot be read was appended: ${unreadable}`)
      const engines = enginesByInstance()
      for (const [instanceId, state] of instances) {
        const { running, reachable, mostOfNode, isComingUp } = engines.get(instanceId) ?? noEngines
        const most = Math.max(reachable, mostOfNode)
        if (most > 1) broken(`instance ${instanceId} has ${most} engines at once`)
        // Who cannot be written to cannot be told of, either.
        if (spoiled.has(instanceId) || cut.has(instanceId)) continue
        if (state.status === 'ACTIVE' && running === 0 && !isComingUp)
          broken(`instance ${instanceId} is ACTIVE and nothing answers`)
        if (state.status === 'DELETED' && reachable > 0) broken(`instance ${instanceId} is DELETED and its engine runs`)
      }
      for (const [operationId, state] of operations) {
        const deadline = nextDeadline(state)
        if (deadline !== null && now() > Date.parse(deadline) + graceMs) {
          broken(`operation ${operationId} is ${state.status} long after its deadline ${deadline}`)
        }
      }
    },
    /** Once everything has come to rest. */
    checkEnd: async (eventStore: EventStore): Promise<void> => {
      for (const [operationId, state] of operations) {
        if (!['SUCCEEDED', 'FAILED', 'CANCELLED', 'UNBEGUN'].includes(state.status)) {
          broken(`operation ${operationId} did not end: it is ${state.status}`)
        }
      }
      for (const [id, { running }] of enginesByInstance()) {
        if (running > 1) broken(`instance ${id} still has ${running} engines`)
      }
      const listed = new Set([...instances].filter(([, state]) => exists(state)).map(([id]) => id))
      const held = new Set([...projects.values()].flatMap(({ ledger }) => committedIds(ledger)))
      // A deletion that failed leaves the instance FAILED, with all that it holds, until another one succeeds.
      const mayHold = (id: InstanceId) => listed.has(id) || instances.get(id)?.status === 'FAILED'
      for (const id of held)
        if (!mayHold(id) && !cut.has(id)) broken(`quota is held for instance ${id}, which is not there`)
      for (const id of listed)
        if (!held.has(id) && !cut.has(id))
          broken(`instance ${id} is there (${instances.get(id)?.status}), and no quota is held for it`)
      const at = new Date(now()).toISOString()
      const quotas = [...projects.values()].map(({ ledger }) => lapse(ledger, at).live)
      const registered = [...hosts.values()].filter((state) => state.status !== 'UNREGISTERED')
      for (const [id, state] of instances) {
        if (state.status === 'ABSENT' || cut.has(id)) continue
        const ofNodes = state.nodes.flatMap(({ nodeId }) =>
          registered.map(({ claims }) => holdingOf(lapse(claims, at).live, nodeId)),
        )
        for (const holding of [...quotas.map((ledger) => holdingOf(ledger, id)), ...ofNodes]) {
          if (holding && !sameResources(holding.resources, state.held)) {
            const held = JSON.stringify(holding.resources)
            broken(`${held} is held for instance ${id}, which is to hold ${JSON.stringify(state.held)}`)
          }
        }
      }
      for (const state of registered) {
        for (const { nodeId, instanceId } of committedNodes(state)) {
          const owner = instances.get(instanceId)
          const isTheirs = owner && owner.status !== 'ABSENT' && hasNode(owner, { nodeId, hostId: state.hostId })
          if (!cut.has(instanceId) && !(isTheirs && mayHold(instanceId)))
            broken(
              `host ${state.hostId} holds capacity for node ${nodeId} of instance ${instanceId}, which is not there`,
            )
        }
      }
      for (const [id, state] of instances) {
        if (!exists(state) || state.status === 'ABSENT' || cut.has(id)) continue
        for (const { nodeId, hostId } of state.nodes) {
          const on = hosts.get(hostId)
          const holds = on && on.status !== 'UNREGISTERED' && holdingOf(on.claims, nodeId) !== null
          if (!holds) broken(`node ${nodeId} of instance ${id} is there, and its host holds nothing for it`)
        }
      }
      for (const [id, state] of instances) {
        if (state.status === 'ABSENT' || spoiled.has(id) || cut.has(id)) continue
        if (state.shared.length > 0) broken(`instance ${id} has shared work in progress for ever`)
        const { hostId: on, nodeId } = primaryOf(state)
        const placed = world.hosts.find(({ hostId }) => hostId === on)?.placed.get(nodeId)
        const port = state.endpoint?.port
        if (state.status === 'ACTIVE' && port !== placed?.port)
          broken(`instance ${id} is ACTIVE at port ${port}, and its engine listens at ${placed?.port}`)
        const isKnown = (state.status === 'ACTIVE' || state.status === 'STOPPED') && !unsureDatabases.has(id)
        if (!isKnown || placed === undefined) continue
        const [known, real] = [state.accounts.databases, placed.databases].map((names) => [...names].sort().join(', '))
        if (known !== real) broken(`instance ${id} is to have databases ${known} and has ${real}`)
      }
      for (const { name, placed } of world.hosts) {
        for (const [nodeId, { wanted, processes }] of placed)
          if (wanted && processes.length === 0) broken(`the engine of node ${nodeId} on ${name} is to run and does not`)
        for (const [nodeId, { instanceId: id }] of placed) {
          if (cut.has(id)) continue
          const state = instances.get(id)
          const isOfIt = state && state.status !== 'ABSENT' && primaryOf(state).nodeId === nodeId
          if (!mayHold(id) || !isOfIt) broken(`${name} still has node ${nodeId} of instance ${id}, which is not there`)
        }
      }
      const parked = world.bus.parked.filter((why) => ![...everSpoiled].some((id) => why.includes(id)))
      if (parked.length > 0) broken(`messages were parked: ${parked.join('; ')}`)
      const { viewStore, log } = world
      const views = await verifyViews(
        { eventStore, viewStore, projections: allViews, ...quietKernel, log },
        new AbortController().signal,
      )
      const head = await eventStore.head()
      for (const { view, equal, position, differingKeys } of views) {
        if (!equal) broken(`view ${view} differs from a rebuild in ${differingKeys.join(', ')}`)
        if (position < head) broken(`view ${view} stands at ${position}, the log at ${head}`)
      }
    },
  }
}
