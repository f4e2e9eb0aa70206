import { describe, expect, it } from 'vitest'
import { instanceUri } from '../../../graphql/nouns/connection-uri.ts'
import { createApiUnderTest, shop } from './api-under-test.ts'

const instance = await createApiUnderTest().putInstance(shop, {
  endpoint: { host: '10.0.0.5', port: 15432 },
  databases: ['app', 'stats'],
  users: [
    { name: 'app', host: null, access: [{ database: 'app', level: 'all' }] },
    { name: 'report', host: null, access: [{ database: 'stats', level: 'read' }] },
  ],
})

describe('the connection URI', () => {
  it('is of the first user and its first database unless told', () => {
    expect(instanceUri(instance, null, null)).toBe('postgresql://app@10.0.0.5:15432/app?sslmode=verify-full')
    expect(instanceUri(instance, 'report', null)).toBe('postgresql://report@10.0.0.5:15432/stats?sslmode=verify-full')
    expect(instanceUri(instance, 'app', 'stats')).toBe('postgresql://app@10.0.0.5:15432/stats?sslmode=verify-full')
  })

  it('takes names the API has not made, and escapes what cannot stand in a URI', () => {
    expect(instanceUri(instance, 'o’brien@x', 'a/b')).toBe(
      'postgresql://o%E2%80%99brien%40x@10.0.0.5:15432/a%2Fb?sslmode=verify-full',
    )
  })

  it('replaces half a character, which no URI can hold', () => {
    expect(instanceUri(instance, '\ud800', 'app')).toBe('postgresql://%EF%BF%BD@10.0.0.5:15432/app?sslmode=verify-full')
  })

  it('puts an IPv6 address into brackets', () => {
    const there = { ...instance, endpoint: { host: '::1', port: 1 } }
    expect(instanceUri(there, null, null)).toBe('postgresql://app@[::1]:1/app?sslmode=verify-full')
  })

  it('is that of the datastore', () => {
    expect(instanceUri({ ...instance, datastore: 'mariadb' }, null, null)).toBe(
      'mariadb://app@10.0.0.5:15432/app?ssl-verify-server-cert=true',
    )
    expect(instanceUri({ ...instance, datastore: 'redis', users: [], databases: [] }, null, null)).toBe(
      'rediss://10.0.0.5:15432/',
    )
  })

  it('is null until there is an endpoint', () => {
    expect(instanceUri({ ...instance, endpoint: null }, null, null)).toBeNull()
  })
})
