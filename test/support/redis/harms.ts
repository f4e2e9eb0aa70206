import type { viewKeys } from '../../../projections/adapters/redis/keys.ts'
import type { RedisServer } from './redis-server.ts'

export type Part = keyof ReturnType<typeof viewKeys>
type Admin = RedisServer['admin']

/** What an eviction, an operator or another program may do to a key, or to what is in it. */
export const harms: Readonly<Record<string, (admin: Admin, key: string) => Promise<unknown>>> = {
  'is deleted': (admin, key) => admin.del(key),
  'is a text': (admin, key) => admin.set(key, 'x'),
  'is a hash of others': (admin, key) => admin.multi().del(key).hset(key, 'epoch', 'x', 'checkpoint', 'y').exec(),
  'is a list': (admin, key) => admin.multi().del(key).rpush(key, 'x').exec(),
  'is a set': (admin, key) => admin.multi().del(key).sadd(key, 'x').exec(),
  'is a sorted set of others': (admin, key) => admin.multi().del(key).zadd(key, 0, 'x').exec(),
  'is a stream of others': (admin, key) => admin.multi().del(key).xadd(key, '*', 'e', 'x').exec(),
  // Wrong type for some keys: then Redis refuses, and nothing happens.
  'has other values in its fields': async (admin, key) => {
    const fields = await admin.hkeys(key).catch(() => [])
    for (const field of fields) if (field !== '\u0001') await admin.hset(key, field, 'x')
  },
}
export const parts: readonly Part[] = ['meta', 'docs', 'places', 'order', 'feed', 'changes', 'hold']
