import { describe, expect, it } from 'vitest'
import { instanceFields } from '../../../../ops/cli/commands/show-instance.ts'
import type { InstanceFragment as Instance } from '../../../../ops/cli/generated/graphql.ts'

/** What of an instance the lines about its users come from. */
const shownWith = (users: Instance['users']): string | undefined =>
  instanceFields({
    users,
    databases: [],
    sharedOperations: [],
    createdAt: '2026-11-29T12:00:00.000Z',
  } as unknown as Instance).find((line) => line.startsWith('users'))

describe('an instance as people see it', () => {
  it('names the databases of each user, and a user alone where its engine has none', () => {
    expect(shownWith([{ name: 'app', databases: ['shop', 'stock'] }])).toMatch(/^users +app \(shop, stock\)$/)
    expect(shownWith([{ name: 'app', databases: [] }])).toMatch(/^users +app$/)
  })
})
