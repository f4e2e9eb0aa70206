import { describe, expect, it } from 'vitest'
import { explainRedisLog } from '../../../../../agent/engines/redis/lifecycle/engine-log.ts'

const line = (text: string): string => `812:M 29 Nov 2026 11:00:00.123 # ${text}\n`
const starting = '812:C 29 Nov 2026 11:00:00.001 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n'

describe("what Redis's log tells", () => {
  it.each([
    [
      'Warning: Could not create server TCP listening socket 127.0.0.1:15432: bind: Address already in use',
      { kind: 'port-taken', text: 'its port is taken by another process' },
    ],
    [
      "Can't open the append-only file appendonly.aof.1.incr.aof: No space left on device",
      { kind: 'disk-full', text: 'no space is left on its volume' },
    ],
    ['Redis 7.0.15 crashed by signal: 11, si_code: 1', { kind: 'other', text: 'it crashed' }],
    ['User requested shutdown...', { kind: 'other', text: 'it was asked to shut down' }],
  ])('is told in words of ours: %s', (text, finding) => {
    expect(explainRedisLog(starting + line(text))).toEqual([finding])
  })

  it('is of the last start alone', () => {
    const former = line('Redis 7.0.15 crashed by signal: 11')
    expect(explainRedisLog(former + starting)).toEqual([])
    expect(explainRedisLog(`${former}812:M 29 Nov 2026 11:00:00.200 * Ready to accept connections\n`)).toEqual([])
  })

  it('is nothing where a customer put the words', () => {
    const planted = 'key:"Out Of Memory allocating 1 bytes!" No space left on device or so'
    expect(explainRedisLog(line(planted))).toEqual([])
  })

  it('prefers what went wrong to what went as it should', () => {
    const log = line('Received SIGTERM scheduling shutdown...') + line('Out Of Memory allocating 64 bytes!')
    expect(explainRedisLog(log)).toEqual([{ kind: 'other', text: 'it ran out of memory' }])
  })
})
