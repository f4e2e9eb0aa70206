import { describe, expect, it } from 'vitest'
import { describeTarget, parseRedisUrl } from '../../../../projections/adapters/redis/redis-url.ts'

const plain = { master: null, username: null, password: null, database: 0, tls: false }

describe('the URL of a Redis', () => {
  it.each([
    ['redis://db', { ...plain, kind: 'single', addresses: [{ host: 'db', port: 6379 }] }],
    [
      'rediss://app:p%40ss%3A%2F@db.example:7000/3',
      {
        ...plain,
        kind: 'single',
        addresses: [{ host: 'db.example', port: 7000 }],
        username: 'app',
        password: 'p@ss:/',
        database: 3,
        tls: true,
      },
    ],
    [
      'redis://:secret@[::1]:7000',
      { ...plain, kind: 'single', addresses: [{ host: '::1', port: 7000 }], password: 'secret' },
    ],
    [
      'redis+sentinel://a,b:27000/coffer/2',
      {
        ...plain,
        kind: 'sentinel',
        addresses: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 27_000 },
        ],
        master: 'coffer',
        database: 2,
      },
    ],
    [
      'rediss+cluster://:secret@a:1,b:2',
      {
        ...plain,
        kind: 'cluster',
        addresses: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
        password: 'secret',
        tls: true,
      },
    ],
  ])('%s is understood', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target)
  })

  it.each([
    'http://:hidden@db',
    'redis+magic://:hidden@db',
    'redis://:hidden@a,b',
    'redis://:hidden@db:70000',
    'redis://:hidden@db/one',
    'redis://:hidden@db/1/2',
    'redis://:hidden%@db',
    'redis+sentinel://:hidden@db',
    'redis+cluster://:hidden@db/1',
    'redis://:hid@den@db@',
    'redis://:hidden@db?family=6',
    'redis://:hidden@db/1?tls=true',
    'redis+sentinel://:hidden@db/coffer#role=slave',
    ':hidden',
  ])('%s is refused, saying what is accepted and nothing of what was given', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/^not the URL of a Redis.*; accepted: redis:/)
    expect(() => parseRedisUrl(url)).not.toThrow(/hid/)
  })

  it('is described without user and password', () => {
    const target = parseRedisUrl('redis+sentinel://app:hidden@a,b/coffer')
    expect(describeTarget(target)).toBe('sentinel a:26379,b:26379 (coffer)')
  })
})
