import { describe, expect, it } from 'vitest'
import {
  type KnownAccounts,
  noAccounts,
  withAccessOf,
  withoutDatabase,
  withUsers,
} from '../../../../domain/values/known-accounts.ts'

const ann = { name: 'ann', host: null, access: [{ database: 'shop', level: 'all' }] } as const
const accounts: KnownAccounts = { databases: ['shop', 'crm'], users: [ann], rootEnabled: true }

/** Operations on a user and on a database go side by side: either may be heard of first. */
describe('a database that was deleted while access to it was given', () => {
  const withoutCrm = withoutDatabase(accounts, 'crm')

  it('is not among what a user may use', () => {
    expect(withAccessOf(withoutCrm, 'ann', ['crm'], 'read')).toEqual(withoutCrm)
    expect(withAccessOf(withoutCrm, 'ann', ['shop', 'crm'], 'read').users).toEqual([
      { ...ann, access: [{ database: 'shop', level: 'read' }] },
    ])
  })

  it('is not among what a new user may use', () => {
    const bob = { name: 'bob', host: null, access: [{ database: 'crm', level: 'read' }] } as const
    expect(withUsers(withoutCrm, [bob]).users).toEqual([ann, { ...bob, access: [] }])
  })

  it('takes nothing from access to the whole engine', () => {
    const everywhere = { database: null, level: 'write' } as const
    expect(withAccessOf({ ...noAccounts, users: [{ ...ann, access: [] }] }, 'ann', [null], 'write').users).toEqual([
      { ...ann, access: [everywhere] },
    ])
    const bob = { name: 'bob', host: null, access: [everywhere] }
    expect(withUsers(noAccounts, [bob]).users).toEqual([bob])
  })
})
