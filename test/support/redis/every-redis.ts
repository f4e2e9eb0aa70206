import { type RedisCluster, startRedisCluster } from './redis-cluster.ts'
import { startRedisServer } from './redis-server.ts'

/** One server or several, and how to reach them. */
export type RunningRedis = RedisCluster

const startSingle = async (): Promise<RunningRedis> => {
  const server = await startRedisServer()
  return { url: server.url, nodes: [server], stop: server.stop }
}

/** What the same suite is run on, by name. */
export const everyRedis = [
  ['Redis', startSingle],
  ['a Redis cluster', () => startRedisCluster()],
] as const
