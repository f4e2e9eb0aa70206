import type { HostState, RegisteredHost } from '../../domain/host/index.ts'
import type { InstanceId } from '../../domain/ids.ts'
import { instance, instanceStream, primaryOf } from '../../domain/instance/index.ts'
import { backOffMs } from '../../kernel/back-off.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timer } from '../../kernel/timers.ts'
import type { Directory } from '../directory.ts'
import type { Handler } from '../handle.ts'
import type { MoveCreate } from '../move-create.ts'
import { sealUsers } from '../secrets/seal-users.ts'
import { systemContext } from '../system-context.ts'
import type { Credential } from './credentials.ts'

export type KeptCreatesDependencies = Pick<Kernel, 'ids' | 'log' | 'timers'> & {
  readonly handler: Handler
  readonly directory: Pick<Directory, 'hosts'>
  readonly clock: WallClock
  readonly moveCreate: MoveCreate
  /** How often it looks, while it keeps anything. Default 1000. */
  readonly lookEveryMs?: number
}

export type KeptCreates = {
  /** Keeps the passwords of an instance that was asked for, until it is made or will not be. */
  keep(instanceId: InstanceId, credentials: readonly Credential[]): void
  stop(): Promise<void>
}

const isGone = (host: HostState): host is RegisteredHost => host.status === 'LOST' || host.status === 'REMOVED'

type Kept = { readonly credentials: readonly Credential[]; looks: number; lookAt: number }

/** More than are made at one time: those that came first are given up. */
const mostKept = 1000
/** Most instances are made within a second or two. */
const looks = { firstMs: 2000, maxMs: 10_000 }

/**
 * Passwords are sealed to the host that makes the instance. If that host is lost meanwhile, another one needs them sealed to a key of its own, and they are
 * stored nowhere in clear. So the process that has them in its memory keeps them there until the instance is made, and moves it if need be. When that process
 * ends, the instance waits for its host.
 */
export const createKeptCreates = (deps: KeptCreatesDependencies): KeptCreates => {
  const { handler, directory, clock, ids, log, timers, moveCreate, lookEveryMs = 1000 } = deps
  const kept = new Map<InstanceId, Kept>()
  let timer: Timer | undefined
  let looking: Promise<void> | null = null
  let isStopped = false

  const look = async (instanceId: InstanceId, { credentials }: Kept): Promise<void> => {
    const { state } = await handler.load(instance, instanceStream(instanceId))
    if (state.status !== 'PROVISIONING') {
      kept.delete(instanceId)
      return
    }
    const { projectId } = state
    const { hostId } = primaryOf(state)
    if (!directory.hosts().some((host) => isGone(host) && host.hostId === hostId)) return
    const by = systemContext('move-create', ids.next())
    const context = { ...by, correlationId: state.operation.operationId, projectId, instanceId }
    const moved = await moveCreate(state, (key, nodeId) => sealUsers(key, nodeId, credentials), context)
    if (moved) log.info({ instanceId, from: hostId, to: moved }, 'another host makes an instance whose host is lost')
  }

  const lookAtAll = async (): Promise<void> => {
    const isAnyLost = directory.hosts().some(isGone)
    for (const [instanceId, entry] of kept) {
      if (isStopped) return
      if (!isAnyLost && clock.now() < entry.lookAt) continue
      entry.looks += 1
      entry.lookAt = clock.now() + backOffMs(entry.looks, looks)
      await look(instanceId, entry).catch((error) =>
        log.warn({ err: error, instanceId }, 'an instance that is being made could not be looked after; trying again'),
      )
    }
  }

  const schedule = (): void => {
    if (isStopped || timer !== undefined || kept.size === 0) return
    const lookAgain = () => {
      looking = lookAtAll().finally(() => {
        looking = null
        timer = undefined
        schedule()
      })
    }
    timer = timers.after(lookEveryMs, lookAgain, { ref: false })
  }

  return {
    keep: (instanceId, credentials) => {
      if (credentials.length === 0 || isStopped) return
      kept.delete(instanceId)
      kept.set(instanceId, { credentials, looks: 0, lookAt: clock.now() + looks.firstMs })
      const [oldest] = kept.keys()
      if (kept.size > mostKept && oldest) kept.delete(oldest)
      schedule()
    },
    stop: async () => {
      isStopped = true
      timer?.cancel()
      kept.clear()
      await looking
    },
  }
}
