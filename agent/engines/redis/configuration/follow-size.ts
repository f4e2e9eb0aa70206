import { redisConfiguration } from '../../../../domain/engines/redis-configuration.ts'
import { EngineFault, type EngineInstance } from '../../engine.ts'
import { type Ask, withAdministration } from '../session.ts'
import { applyConfiguration } from './configuration.ts'

/**
 * More memory is there at once. What is taken away, a running Redis would not give back to the host (its allocator keeps it), and data that does not fit
 * would be refused for every write.
 */
export const followSize = async (instance: EngineInstance, signal: AbortSignal): Promise<readonly string[]> => {
  const { maxmemory } = redisConfiguration.defaults(instance.spec, instance.installation.version)
  const wanted = redisConfiguration.quantity(String(maxmemory), 'B') ?? 0
  const isLess = await withAdministration(instance, signal, async (ask) => {
    if (wanted >= (await maxmemoryNow(ask))) return false
    assertFits(await usedMemory(ask), wanted)
    return true
  })
  if (isLess) return ['maxmemory']
  await applyConfiguration(instance, signal)
  return []
}

const maxmemoryNow = async (ask: Ask): Promise<number> => {
  const answer = await ask('CONFIG', 'GET', 'maxmemory')
  return Number(Array.isArray(answer) ? answer[1] : Number.NaN)
}

const usedMemory = async (ask: Ask): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(String(await ask('INFO', 'memory')))?.[1])

const assertFits = (used: number, room: number): void => {
  if (used <= room) return
  const [usedMiB, roomMiB] = [Math.ceil(used / 1024 ** 2), Math.floor(room / 1024 ** 2)]
  throw new EngineFault(
    'FLAVOR_TOO_SMALL',
    `Redis holds ${usedMiB} MiB of data, and the flavor has ${roomMiB} MiB for it: delete keys or choose a larger flavor`,
  )
}
