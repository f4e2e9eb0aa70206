import { describe, expect, it } from 'vitest'
import { databaseNameRefusal, userNameRefusal } from '../../../../domain/values/account-names.ts'
import { accountsFaults, completeAccounts } from '../../../../domain/values/accounts.ts'
import { passwordRefusal } from '../../../../domain/values/password.ts'
import { volumeRefusal } from '../../../../domain/values/volume.ts'

const codeOf = (rejection: { readonly code: string } | null): string | null => rejection?.code ?? null

describe('the name of a database', () => {
  it.each([
    ['postgresql', 'app'],
    ['postgresql', '_app'],
    ['postgresql', 'App-1$x'],
    ['postgresql', 'x'.repeat(63)],
    ['postgresql', 'mysql'],
    ['postgresql', 'postgres1'],
    ['mariadb', '1app'],
    ['mariadb', 'postgres'],
    ['mariadb', 'x'.repeat(64)],
  ] as const)('in %s may be %j', (datastore, name) => {
    expect(databaseNameRefusal(datastore, name, 'name')).toBeNull()
  })

  it.each([
    ['postgresql', ''],
    ['postgresql', '1app'],
    ['postgresql', '-app'],
    ['postgresql', 'a b'],
    ['postgresql', 'a"b'],
    ['postgresql', 'a;b'],
    ['postgresql', 'app\n'],
    ['postgresql', 'a\u0000b'],
    ['postgresql', 'bücher'],
    ['postgresql', 'x'.repeat(64)],
    ['mariadb', 'a.b'],
    ['mariadb', 'a/b'],
    ['mariadb', '`'],
    ['mariadb', 'x'.repeat(65)],
  ] as const)('in %s may not be %j', (datastore, name) => {
    expect(databaseNameRefusal(datastore, name, 'databases[0].name')).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'databases[0].name',
    })
  })

  it('is no name that an engine with numbered databases could take', () => {
    expect(databaseNameRefusal('redis', 'app', 'name')).toMatchObject({ code: 'FEATURE_NOT_AVAILABLE', field: 'name' })
  })

  it.each([
    ['postgresql', 'postgres'],
    ['postgresql', 'template0'],
    ['postgresql', 'TEMPLATE1'],
    ['postgresql', 'pg_catalog'],
    ['postgresql', 'coffer'],
    ['postgresql', 'Coffer_monitor'],
    ['mariadb', 'mysql'],
    ['mariadb', 'INFORMATION_SCHEMA'],
    ['mariadb', 'performance_schema'],
    ['mariadb', 'sys'],
    ['mariadb', 'coffer_admin'],
  ] as const)('in %s is reserved: %j', (datastore, name) => {
    expect(codeOf(databaseNameRefusal(datastore, name, 'name'))).toBe('RESERVED_NAME')
  })
})

describe('the name of a user', () => {
  it.each([
    ['postgresql', 'app'],
    ['postgresql', 'template0'],
    ['postgresql', 'users'],
    ['mariadb', 'app'],
    ['mariadb', 'x'.repeat(80)],
    ['redis', 'app-1'],
  ] as const)('in %s may be %j', (datastore, name) => {
    expect(userNameRefusal(datastore, name, 'name')).toBeNull()
  })

  it.each([
    ['postgresql', ''],
    ['postgresql', "o'brien"],
    ['postgresql', 'x'.repeat(64)],
    ['mariadb', 'a@b'],
    ['mariadb', '%'],
    ['mariadb', 'x'.repeat(81)],
    ['redis', 'a b'],
    ['redis', '~*'],
    ['redis', 'a\r\nACL'],
  ] as const)('in %s may not be %j', (datastore, name) => {
    expect(codeOf(userNameRefusal(datastore, name, 'name'))).toBe('INVALID_INPUT')
  })

  it.each([
    ['postgresql', 'postgres'],
    ['postgresql', 'pg_monitor'],
    ['postgresql', 'public'],
    ['postgresql', 'none'],
    ['postgresql', 'user'],
    ['postgresql', 'Current_User'],
    ['postgresql', 'session_user'],
    ['postgresql', 'current_role'],
    ['postgresql', 'coffer_monitor'],
    ['mariadb', 'root'],
    ['mariadb', 'coffer'],
    ['redis', 'default'],
    ['redis', 'coffer'],
  ] as const)('in %s is reserved: %j', (datastore, name) => {
    expect(codeOf(userNameRefusal(datastore, name, 'name'))).toBe('RESERVED_NAME')
  })
})

describe('a password that somebody chose', () => {
  it.each(['12345678', 'correct horse battery staple', 'pässwörter', 'x'.repeat(128), `'";--\\`.repeat(3)])(
    'may be %j',
    (password) => {
      expect(passwordRefusal('postgresql', password, 'password')).toBeNull()
    },
  )

  it.each([
    '',
    '1234567',
    'x'.repeat(129),
    'secret\u0000secret',
    'secret\nsecret',
    'secret\u202esecret',
    // What one client sends as it is, and another normalised.
    'secret\ufb01secret',
    'secreta\u0308secret',
    'secret\u034fsecret',
    'secret\ufe0fsecret',
    'secret\u180bsecret',
    'secret\u{1f511}secret',
    'secret\u05d0secret',
  ])('may not be %j, and is not shown', (password) => {
    const rejection = passwordRefusal('postgresql', password, 'users[0].password')
    expect(rejection).toMatchObject({ code: 'INVALID_INPUT', field: 'users[0].password' })
    expect(rejection?.message).not.toContain('secret')
  })
})

describe('the size of a volume', () => {
  it.each([1, 2, 100])('may be %d GiB', (size) => {
    expect(volumeRefusal(size, 100)).toBeNull()
  })

  it.each([0, -1, 1.5, 101, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])('may not be %d GiB', (size) => {
    expect(volumeRefusal(size, 100)).toMatchObject({
      code: 'INVALID_INPUT',
      message: `a volume has a whole number of GiB from 1 to 100, not ${size}`,
      field: 'volumeGiB',
    })
  })
})

describe('databases and users asked for together', () => {
  const app = { name: 'app' }

  it.each([
    ['none', [], []],
    ['a database and its user', [app], [{ name: 'app', databases: ['app'] }]],
    ['a user of all databases', [app], [{ name: 'app', password: 'long enough' }]],
    ['a user of none', [app], [{ name: 'app', databases: [] }]],
    ['one with its own character set', [{ ...app, characterSet: 'UTF8', collation: 'en_US.utf8' }], []],
    ['one with a collation of ICU', [{ ...app, collation: 'de-DE-x-icu' }], []],
  ])('may be %s', (_, databases, users) => {
    expect(accountsFaults('postgresql', databases, users)).toEqual([])
  })

  it.each([
    ['databases[1].name', [app, app], []],
    ['databases[1].name', [app, { name: '1' }], []],
    ['databases[0].characterSet', [{ ...app, characterSet: "UTF8'; --" }], []],
    ['databases[0].collation', [{ ...app, collation: '' }], []],
    ['users[1].name', [], [{ name: 'a' }, { name: 'a' }]],
    ['users[0].name', [], [{ name: '' }]],
    ['users[0].password', [], [{ name: 'a', password: 'short' }]],
    ['users[0].databases[1]', [app], [{ name: 'a', databases: ['app', 'other'] }]],
    ['databases', Array.from({ length: 101 }, (_, index) => ({ name: `d${index}` })), []],
    ['users', [], Array.from({ length: 101 }, (_, index) => ({ name: `u${index}` }))],
  ])('are refused for %s', (field, databases, users) => {
    expect(accountsFaults('postgresql', databases, users)[0]).toMatchObject({ code: 'INVALID_INPUT', field })
  })

  it('says which databases there are to choose from', () => {
    expect(accountsFaults('postgresql', [app, { name: 'log' }], [{ name: 'a', databases: ['x'] }])[0]?.message).toBe(
      '"x" is not among the databases: the request has "app", "log"',
    )
    expect(accountsFaults('postgresql', [], [{ name: 'a', databases: ['x'] }])[0]?.message).toContain(
      'the request has none',
    )
  })

  it('are refused with all faults, in the order of the input', () => {
    const users = [{ name: 'ok' }, { name: '', password: 'short' }, { name: '' }]
    const faults = accountsFaults('postgresql', [{ name: 'app', collation: '' }, app], users)
    expect(faults.map(({ field }) => field)).toEqual([
      'databases[0].collation',
      'databases[1].name',
      'users[1].name',
      'users[1].password',
      'users[2].name',
      'users[2].name',
    ])
  })

  it('give a user for whom no database is named one of its own name', () => {
    expect(completeAccounts('postgresql', { databases: [], users: [{ name: 'ann' }, { name: 'bob' }] })).toEqual({
      databases: [{ name: 'ann' }, { name: 'bob' }],
      users: [
        { name: 'ann', databases: ['ann'] },
        { name: 'bob', databases: ['bob'] },
      ],
    })
  })

  it.each([
    ['has databases', 'postgresql', [app], { name: 'ann' }],
    ['wants none for the user', 'postgresql', [], { name: 'ann', databases: [] }],
    ['is for Redis', 'redis', [], { name: 'ann' }],
  ] as const)('stay as they are when the request %s', (_, datastore, databases, user) => {
    const asked = { databases, users: [user] }
    expect(completeAccounts(datastore, asked)).toEqual(asked)
  })

  it('are refused for a user after whom no database can be named, in the words of the input', () => {
    expect(accountsFaults('postgresql', [], [{ name: 'template1' }])).toMatchObject([
      { code: 'RESERVED_NAME', field: 'users[0].name' },
    ])
    expect(accountsFaults('postgresql', [], [{ name: 'template1', databases: [] }])).toEqual([])
  })

  it('has users but no databases in Redis', () => {
    expect(accountsFaults('redis', [], [{ name: 'app' }])).toEqual([])
    expect(accountsFaults('redis', [app], [])[0]).toMatchObject({ field: 'databases[0].name' })
  })
})
