import { writeFileSync } from 'node:fs'
import { waitFor } from '../wait-for.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'

/** A master and a replica, and a Sentinel that makes the replica the master when the master is gone. */
export type WatchedRedis = {
  readonly url: string
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly stop: () => Promise<void>
}

const downAfterMs = 1000

/** `password`: of master and replica; the Sentinel asks for none. */
export const startWatchedRedis = async (password: string): Promise<WatchedRedis> => {
  const args = ['--masterauth', password]
  const master = await startRedisServer({ password, args })
  const replica = await startRedisServer({ password, args: [...args, '--replicaof', '127.0.0.1', `${master.port}`] })
  const sentinel = await startRedisServer({
    beforeStart: (dir) => {
      // A Sentinel keeps what it finds out in its configuration, so it needs a file.
      writeFileSync(`${dir}/sentinel.conf`, settings(master.port, password))
      return [`${dir}/sentinel.conf`, '--sentinel']
    },
  })
  await waitFor('the replica to have joined, and the Sentinel to know it', async () => {
    const [role, , , link] = (await replica.admin.call('ROLE')) as string[]
    const replicas = (await sentinel.admin.call('SENTINEL', 'REPLICAS', 'coffer')) as unknown[]
    return role === 'slave' && link === 'connected' && replicas.length === 1
  })
  return {
    url: `redis+sentinel://:${password}@127.0.0.1:${sentinel.port}/coffer`,
    master,
    replica,
    stop: async () => {
      for (const server of [sentinel, replica, master]) await server.stop()
    },
  }
}

const settings = (port: number, password: string): string =>
  [
    `sentinel monitor coffer 127.0.0.1 ${port} 1`,
    `sentinel auth-pass coffer ${password}`,
    `sentinel down-after-milliseconds coffer ${downAfterMs}`,
    'sentinel failover-timeout coffer 5000',
    '',
  ].join('\n')
