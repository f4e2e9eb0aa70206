import type { DispatchAccepted, PublicCommand } from '../../commands/api.ts'
import type { InstanceId, OperationId } from '../../domain/ids.ts'
import { admin, memberOf, projectA } from '../support/control-plane.ts'
import type { PlantedFault } from './host.ts'
import { intrude } from './intruders.ts'
import { createInvariants } from './invariants.ts'
import type { Faults } from './network.ts'
import { createRandom, type Random } from './random.ts'
import { installVirtualTime, type Life, type VirtualTime } from './virtual-time.ts'
import { createWorld, type World } from './world.ts'

/** `history`: what happened, a line each, with the virtual time. */
export type SimulationResult = {
  readonly seed: number
  readonly failure: Error | null
  readonly history: readonly string[]
  readonly events: number
}

const startMs = 30_000
const troubleMs = 240_000
/** Longer than the longest operation, so that everything ends. */
const restMs = 900_000
const users = 3
const mostTurns = 3000

/** One run of the whole system on virtual time: users and faults, then quiet, then everything is deleted. */
export const simulate = async (seed: number, planted?: PlantedFault): Promise<SimulationResult> => {
  const random = createRandom(seed)
  const time = installVirtualTime(random)
  const beganAt = time.now()
  const history: string[] = []
  const tell = (line: string): void => {
    history.push(`${((time.now() - beganAt) / 1000).toFixed(3).padStart(9)}  ${line}`)
  }
  const world = createWorld({ time, random, tell, planted })
  world.eventLog.onAppended(({ position, type, stream }) => tell(`event ${position}: ${type} in ${stream}`))
  let failure: Error | null = null
  try {
    await run(world, time, random, tell)
  } catch (error) {
    failure = error as Error
    tell(`FAILED: ${failure.message}`)
  } finally {
    time.uninstall()
  }
  return { seed, failure, history, events: world.eventLog.events.length }
}

const run = async (world: World, time: VirtualTime, random: Random, tell: (line: string) => void): Promise<void> => {
  const invariants = createInvariants(world, time.now)
  const observer: Life = { name: 'observer', isOver: false }
  const pass = (ms: number) => time.runUntil(time.now() + ms, invariants.check)
  /** Lets time pass until the work is done. */
  const through = async <T>(work: Promise<T>): Promise<T> => {
    let done = false
    const mark = () => {
      done = true
    }
    work.then(mark, mark)
    for (let turn = 0; !done && turn < mostTurns; turn += 1) await pass(100)
    if (!done) throw new Error('users wait for an answer for ever')
    return work
  }
  const ask = createUser(world, time, random, tell)

  world.start()
  await pass(startMs)
  const flavor = {
    type: 'DefineFlavor',
    id: 'small',
    vcpus: 1,
    memoryMiB: 1024,
    description: '',
  } as const
  await through(ask(flavor, admin))
  await through(ask({ ...flavor, id: 'medium', memoryMiB: 2048 }, admin))
  Object.assign(world.network.faults, drawFaults(random))
  world.chances.failedStarts = random.pick([0, 0, 0.1, 0.3])
  tell(`faults: ${JSON.stringify({ ...world.network.faults, ...world.chances })}`)

  const mine = { instances: [] as InstanceId[], operations: [] as OperationId[], isOver: false }
  const using = Promise.all(Array.from({ length: users }, (_, user) => useSystem(user, { ask, mine, random, time })))
  const meddling = meddle(world, time, random, mine)
  const intruders = intrudersOf(random)
  const isOver = () => mine.isOver
  const askAsAdmin = (command: PublicCommand) => ask(command, admin)
  const intruding = intruders && intrude({ world, invariants, time, random: intruders, tell, askAsAdmin, isOver })
  await pass(troubleMs)
  mine.isOver = true
  Object.assign(world.network.faults, {
    refuse: 0,
    loseAnswer: 0,
    repeat: 0,
    lose: 0,
    crash: 0,
    longestDelayMs: 2,
  } satisfies Faults)
  world.chances.failedStarts = 0
  for (const name of world.processes) {
    world.network.partition(name, false)
    world.lifeOf(name).pausedUntil = 0
  }
  tell('all is quiet from here on')
  await through(Promise.all([using, meddling, intruding]))
  await pass(restMs)
  const eventStore = world.eventLog.open(observer)
  await through(invariants.checkEnd(eventStore))

  tell('everything is deleted')
  for (const [instanceId, { status }] of invariants.instances) {
    if (status !== 'DELETED' && status !== 'ABSENT') await through(ask({ type: 'DeleteInstance', id: instanceId }))
  }
  await pass(restMs)
  await through(invariants.checkEnd(eventStore))
  for (const [id, { status }] of invariants.instances) {
    if (status !== 'DELETED' && !invariants.isCut(id))
      throw new Error(`instance ${id} could not be deleted: it is ${status}`)
  }
}

/** In every other run, by a chance of their own: others draw what they would draw without them. */
const intrudersOf = (random: Random): Random | null => (random.chance(0.5) ? createRandom(random.below(2 ** 31)) : null)

const drawFaults = (random: Random): Faults => ({
  refuse: random.pick([0, 0.002, 0.02]),
  loseAnswer: random.pick([0, 0.002, 0.02]),
  repeat: random.pick([0, 0.05, 0.3]),
  lose: random.pick([0, 0, 0.01, 0.05]),
  crash: random.pick([0, 0, 0.0005, 0.002]),
  longestDelayMs: random.pick([2, 20, 200]),
})

type Ask = (command: PublicCommand, actor?: typeof admin) => Promise<DispatchAccepted | null>

/** Asks until there is an answer, under one key, as clients do; now and then twice at once. Null: refused. */
const createUser = (world: World, time: VirtualTime, random: Random, tell: (line: string) => void): Ask => {
  let keys = 0
  const { signal } = new AbortController()
  return async (command, actor = memberOf(projectA)) => {
    const idempotencyKey = `key-${++keys}`
    const once = async () => {
      for (;;) {
        const late = time.sleep(10_000).then(() => 'late' as const)
        const answer = await Promise.race([
          world.dispatch({ command, actor, idempotencyKey, signal }).catch(() => 'away' as const),
          late,
        ])
        if (answer !== 'late' && answer !== 'away') return answer
        await time.sleep(500)
      }
    }
    const [answer] = await Promise.all(random.chance(0.2) ? [once(), once()] : [once()])
    tell(`a user: ${command.type} ${answer.accepted ? 'accepted' : `refused: ${answer.rejection.code}`}`)
    return answer.accepted ? answer : null
  }
}

type Mine = { readonly instances: InstanceId[]; readonly operations: OperationId[]; isOver: boolean }

const useSystem = async (
  user: number,
  {
    ask,
    mine,
    random,
    time,
  }: { readonly ask: Ask; readonly mine: Mine; readonly random: Random; readonly time: VirtualTime },
): Promise<void> => {
  for (let turn = 0; !mine.isOver; turn += 1) {
    await time.sleep(random.below(20_000))
    if (mine.isOver) return
    const answer = await ask(drawCommand(`db-${user}-${turn}`, mine, random))
    if (answer === null) continue
    if ('instanceId' in answer && !mine.instances.includes(answer.instanceId)) mine.instances.push(answer.instanceId)
    if ('operationId' in answer && answer.operationId) mine.operations.push(answer.operationId)
  }
}

const drawCommand = (name: string, { instances, operations }: Mine, random: Random): PublicCommand => {
  const create = { type: 'CreateInstance', projectId: projectA, name, datastore: 'postgresql' } as const
  if (instances.length === 0 || random.chance(0.25)) return create
  const id = random.pick(instances)
  const kinds = [
    'RestartInstance',
    'StopInstance',
    'StartInstance',
    'DeleteInstance',
    'ResizeInstance',
    'RenameInstance',
    'CreateDatabase',
    'DeleteDatabase',
    'CancelOperation',
  ] as const
  const type = random.pick(kinds)
  if (type === 'ResizeInstance') {
    const volumeGiB = random.chance(0.5) ? 2 + random.below(3) : undefined
    const flavor = volumeGiB === undefined || random.chance(0.5) ? random.pick(['small', 'medium']) : undefined
    return { type, id, ...(flavor && { flavor }), ...(volumeGiB && { volumeGiB }) }
  }
  if (type === 'CreateDatabase' || type === 'DeleteDatabase') return { type, id, name: random.pick(['crm', 'news']) }
  if (type === 'RenameInstance') return { type, id, name: `renamed-${name}` }
  if (type === 'CancelOperation') {
    const operationId = operations.at(-1 - random.below(2))
    return operationId === undefined ? create : { type, id: operationId }
  }
  return { type, id }
}

/** Cuts agents and sagas off for a while, stops them from running, or restarts machines, now and then. */
const meddle = async (world: World, time: VirtualTime, random: Random, mine: Mine): Promise<void> => {
  const partitions = random.chance(0.3)
  const pauses = random.chance(0.3)
  const restarts = random.chance(0.3)
  while (!mine.isOver && (partitions || pauses || restarts)) {
    await time.sleep(random.below(60_000))
    const name = random.pick(['host-1', 'host-2', 'saga-1', 'saga-2'])
    const forMs = random.below(120_000)
    if (restarts && random.chance(0.4)) {
      world.switchOff(random.pick(['host-1', 'host-2']))
      continue
    }
    if (!partitions && !pauses) continue
    if (pauses && (!partitions || random.chance(0.5))) {
      world.pause(name, forMs)
      await time.sleep(forMs)
      continue
    }
    world.network.partition(name, true)
    await time.sleep(forMs)
    world.network.partition(name, false)
  }
}
