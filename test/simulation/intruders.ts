import type { PublicCommand } from '../../commands/api.ts'
import type { StoredEvent } from '../../commands/ports/event-store.ts'
import { eventCatalogue } from '../../domain/catalogue.ts'
import { type InstanceId, type OperationId, parseEventId, parseFlavorId } from '../../domain/ids.ts'
import { instanceStream } from '../../domain/instance/index.ts'
import { operationStream } from '../../domain/operation/index.ts'
import { createStreamName, type StreamName, streamNameSchema } from '../../domain/stream.ts'
import { createIdSource } from '../../kernel/ids.ts'
import { exampleEvent, exampleMetadata, exampleWorld } from '../support/example-events.ts'
import type { createInvariants } from './invariants.ts'
import type { Random } from './random.ts'
import type { VirtualTime } from './virtual-time.ts'
import type { World } from './world.ts'

type Foreign = Pick<StoredEvent, 'type' | 'version' | 'data' | 'metadata'>

export type IntruderDeps = {
  readonly world: World
  readonly invariants: ReturnType<typeof createInvariants>
  readonly time: VirtualTime
  readonly random: Random
  readonly tell: (line: string) => void
  /** Asks as an administrator, until there is an answer. */
  readonly askAsAdmin: (command: PublicCommand) => Promise<unknown>
  readonly isOver: () => boolean
}

const longestPauseMs = 15_000
/** How long it takes an administrator to leave an event out. */
const longestUnreadableMs = 60_000
const ended: readonly string[] = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'UNBEGUN']

/** Other programs, other versions and an operator at the log, beside the system. Resolves once what they spoiled was left out. */
export const intrude = async (deps: IntruderDeps): Promise<void> => {
  const { world, invariants, time, random, tell, askAsAdmin, isOver } = deps
  const ids = createIdSource({ now: time.now }, random)
  const left: Promise<unknown>[] = []
  const metadata = exampleMetadata('InstanceRenamed', exampleWorld(1), 1)

  const write = (kind: string, stream: StreamName, foreign: Foreign): void => {
    tell(`an intruder writes ${kind}: ${foreign.type} in ${stream}`)
    const id = parseEventId(ids.next())
    world.eventLog.writeBeside(stream, { ...foreign, id })
  }
  const anyFault = (): Foreign =>
    random.pick<Foreign>([
      { type: 'OfTheFuture', version: 1, data: {}, metadata },
      { type: 'InstanceRenamed', version: 99, data: {}, metadata },
      { type: 'InstanceRenamed', version: 1, data: { a: 1 }, metadata },
      { type: 'FlavorRetired', version: 1, data: {}, metadata: null },
      { type: 'FlavorRetired', version: 1, data: '', metadata },
      { type: 'FlavorRetired', version: 1, data: 'not JSON', metadata: { ...metadata, commandId: 'none' } },
      { type: 'GuestCommandIssued', version: 99, data: { command: { payload: { kind: 'teleport' } } }, metadata },
    ])
  /** Sound but for its time. */
  const inTheFuture = (flavor: string): void => {
    const flavorId = parseFlavorId(flavor)
    const { data } = exampleEvent('FlavorDefined', { ...exampleWorld(1), flavorId })
    const { version } = eventCatalogue.FlavorDefined
    const at = '2099-12-31T23:59:59.000Z'
    const stream = createStreamName('flavor', flavor)
    write('in 2099', stream, { type: 'FlavorDefined', version, data, metadata: { ...metadata, at } })
  }
  const operationsInFlight = (): readonly OperationId[] =>
    [...invariants.operations].filter(([, { status }]) => !ended.includes(status)).map(([id]) => id)
  const instancesAtRest = (): readonly InstanceId[] =>
    [...invariants.instances]
      .filter(([id, state]) => {
        const isBusy = (state.status !== 'ACTIVE' && state.status !== 'STOPPED') || state.shared.length > 0
        return !isBusy && !invariants.isSpoiled(id)
      })
      .map(([id]) => id)

  const leaveOut = async (stream: StreamName, revision: number, instanceId: InstanceId): Promise<void> => {
    await time.sleep(random.below(longestUnreadableMs))
    await askAsAdmin({ type: 'ExcludeEvent', stream, revision, note: 'an intruder' })
    invariants.mended(instanceId)
  }

  const acts: readonly (() => void)[] = [
    () => inTheFuture(`late${random.below(3)}`),
    () =>
      write('beside', streamNameSchema.parse('operation-42'), {
        type: 'OrderShipped',
        version: 1,
        data: {},
        metadata: {},
      }),
    () => {
      const names = [
        `flavor-f${random.below(3)}`,
        `project-p${random.below(3)}`,
        `operation-${ids.next()}`,
        `instance-${ids.next()}`,
      ]
      write('where nobody is', streamNameSchema.parse(random.pick(names)), anyFault())
    },
    () => {
      const [...operations] = operationsInFlight()
      if (operations.length === 0) return
      const operationId = random.pick(operations)
      invariants.struck(operationId)
      write('on an operation in flight', operationStream(operationId), anyFault())
    },
    () => {
      const instances = instancesAtRest()
      if (instances.length === 0) return
      const instanceId = random.pick(instances)
      const stream = instanceStream(instanceId)
      invariants.spoiled(instanceId)
      const revision = world.eventLog.lengthOf(stream)
      write('on an instance', stream, anyFault())
      left.push(leaveOut(stream, revision, instanceId))
    },
    () => {
      const instances = instancesAtRest()
      if (invariants.isAnyCut() || instances.length === 0 || !random.chance(0.3)) return
      const instanceId = random.pick(instances)
      const before = 1 + random.below(world.eventLog.lengthOf(instanceStream(instanceId)))
      tell(`an operator cuts instance-${instanceId} before revision ${before}`)
      invariants.cut(instanceId)
      world.eventLog.cut(instanceStream(instanceId), before)
    },
  ]

  while (!isOver()) {
    await time.sleep(random.below(longestPauseMs))
    if (!isOver()) random.pick(acts)()
  }
  await Promise.all(left)
}
