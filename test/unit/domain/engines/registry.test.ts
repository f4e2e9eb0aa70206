import { describe, expect, it } from 'vitest'
import {
  datastoreChoice,
  datastoreTypes,
  engineOf,
  engines,
  findEngine,
  mostRoom,
} from '../../../../domain/engines/registry.ts'
import { passwordRefusal } from '../../../../domain/values/password.ts'

const target = {
  endpoint: { host: '10.0.0.5', port: 15_432 },
  user: 'app',
  password: 'a secret of 24 characters',
  database: '3',
  caFile: '/home/ann/ca.pem',
}

describe('the registry of engines', () => {
  it('knows an engine by its word, and no other word, inherited ones of objects included', () => {
    expect(findEngine('postgresql')).toBe(engines.postgresql)
    for (const word of ['oracle', '', 'PostgreSQL', 'toString', '__proto__']) expect(findEngine(word)).toBeNull()
  })

  it('names the choice as descriptions do', () => {
    expect(datastoreChoice).toBe('`postgresql`, `mariadb` or `redis`')
  })

  it('keeps as much room as the engine that needs most', () => {
    for (const { room } of Object.values(engines)) {
      expect(mostRoom.recoveryMiB).toBeGreaterThanOrEqual(room.recoveryMiB)
      expect(mostRoom.writesMiB).toBeGreaterThanOrEqual(room.writesMiB)
    }
  })
})

describe.each(datastoreTypes)('the descriptor of %s', (datastore) => {
  const { client, databases, forms, uri, userName, version } = engineOf(datastore)

  it('puts a password on no command line', () => {
    for (const command of [undefined, 'PING']) {
      const session = client.session(target, command)
      expect(JSON.stringify(session)).not.toContain('secret')
      expect(session.args.join(' ')).toContain('10.0.0.5')
      expect(session.args.join(' ')).toContain(target.caFile)
    }
  })

  it('has the client program carry out what it is told', () => {
    const { args, input = '' } = client.session(target, 'PING')
    expect([...args, input].join(' ')).toContain('PING')
    expect(client.session(target, undefined).input).toBeUndefined()
  })

  it('lets no variable lead the client program to another server or password', () => {
    for (const name of ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'PGOPTIONS', 'MYSQL_HOST', 'MYSQL_PWD', 'REDISCLI_AUTH']) {
      expect(client.environment.test(name)).toBe(false)
    }
  })

  it('has a URI without a password where none is given', () => {
    const { password: _password, ...shown } = target
    expect(uri(shown)).toContain('//app@10.0.0.5:15432/3')
    expect(uri(target)).toContain('//app:a%20secret%20of%2024%20characters@')
  })

  it('writes a password into no form that is to be without one', () => {
    for (const { password, write } of Object.values(forms)) {
      const { password: _password, ...shown } = target
      if (password !== 'needed') expect(String(write(shown))).not.toContain('secret')
    }
  })

  it("keeps Coffer's own names, in any case", () => {
    const rules = databases.kind === 'named' ? [userName, databases.name] : [userName]
    for (const { reservedPrefixes, reserved } of rules) {
      expect(reservedPrefixes).toContain('coffer')
      for (const name of reserved) expect(name).toBe(name.toLowerCase())
    }
  })

  it('tells an exact version from a prefix and from what is not released', () => {
    for (const text of ['17', '17.x', '18beta1', '10.11.6-MariaDB', '']) expect(version.test(text)).toBe(false)
  })

  it('takes passwords of 8 to 128 characters that stay on one line', () => {
    for (const password of ['12345678', 'x'.repeat(128), `'";--\\ %$`]) {
      expect(passwordRefusal(datastore, password, 'password')).toBeNull()
    }
    for (const password of [
      '1234567',
      'x'.repeat(129),
      'two\nlines of it',
      'a\u0000 within it',
      '\ud800 is half a one',
    ]) {
      expect(passwordRefusal(datastore, password, 'password')).toMatchObject({ code: 'INVALID_INPUT' })
    }
  })
})

describe('a password with an emoji', () => {
  it('is refused where drivers send it in different ways, and taken where they do not', () => {
    const refusals = datastoreTypes.map((datastore) => passwordRefusal(datastore, 'an emoji 🔑 in it', 'password'))
    expect(refusals.map((refusal) => refusal?.code ?? null)).toEqual(['INVALID_INPUT', null, null])
  })
})
