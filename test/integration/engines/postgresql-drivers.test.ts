import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createScramVerifier } from '../../../agent/engines/postgresql/accounts/scram.ts'
import { createCertificateAuthority } from '../../../agent/tls/authority.ts'
import type { ConnectionTarget } from '../../../domain/engines/descriptor.ts'
import { postgresql } from '../../../domain/engines/postgresql.ts'
import { passwordRefusal } from '../../../domain/values/password.ts'
import { connect } from '../../../ops/cli/commands/connect.ts'
import type { CliContext } from '../../../ops/cli/context.ts'
import { type Driver, drivers } from '../../support/postgresql-drivers/drivers.ts'
import { type Bench, bound, createBench, inspect } from './bench.ts'

/** Whom the session is of, in which database, and whether by TLS. */
const whoAmI =
  "SELECT session_user || ' ' || current_database() || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

/** All that names may have. */
const [user, database, password] = ['Ann_$-1', 'Shop_$-1', `a long p:a\\ss'+&=%20"@/?#`]

let bench: Bench
let instance: EngineInstance
let dataHome: string
beforeAll(async () => {
  bench = await createBench()
  const [newest] = await bench.installations()
  if (newest === undefined) throw new Error('no PostgreSQL is installed: npm install brings it')
  instance = await bench.prepare(newest)
  await bench.start(instance)
  await bench.driver.accounts.ensureDatabases(instance, [{ name: database }], bound())
  await bench.driver.accounts.ensureUsers(instance, [{ name: user, password, databases: [database] }], bound())
  dataHome = join(bench.directory, "a b&c=d+e#f%2Fg'h;i,jä")
})
afterAll(() => bench.close())

const prepared = async (driver: Driver, context: TestContext) => {
  const tool = await driver.prepare()
  return 'missing' in tool ? context.skip(tool.missing) : tool
}

/** The directory of a CA that has the same name. */
const anotherAuthority = async (): Promise<string> => {
  const directory = join(bench.directory, 'another')
  await createCertificateAuthority({ now: () => new Date() }, { directory, name: 'Coffer CA of a test' })
  return directory
}

/** What `coffer connect` prints on a machine whose user keeps his data in a directory with an odd name. */
const print = async (format: string): Promise<string> => {
  const { address: host, port } = instance.listen
  const made = {
    ...{ name: 'shop', status: 'ACTIVE', datastore: 'postgresql', version: '18.4', endpoint: { host, port } },
    ...{ databases: [database], users: [{ name: user, databases: [database] }] },
    caCertificate: await readFile(instance.tls.ca, 'utf8'),
  }
  const printed: string[] = []
  const context = {
    api: { request: async () => ({ instances: { edges: [{ node: made }] } }) },
    output: { one: async (_value: unknown, lines: () => readonly string[]) => void printed.push(...lines()) },
    environment: { XDG_DATA_HOME: dataHome, COFFER_DB_PASSWORD: password },
    signal: new AbortController().signal,
  } as unknown as CliContext
  await connect(context, 'shop', { print: true, format }, [])
  return printed.join('\n')
}

/** The variables that a shell has after these lines. */
const variablesOf = (lines: string): Record<string, string> =>
  Object.fromEntries(
    [...lines.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll(`'\\''`, "'"),
    ]),
  )

const seen = `${user} ${database} true`

describe.each(drivers.filter(({ takes }) => takes !== 'parts'))('what "coffer connect --print" prints', (driver) => {
  it(`reaches the database by ${driver.name} in each of its forms`, async (context) => {
    const tool = await prepared(driver, context)
    const connection = await print(driver.takes === 'jdbc' ? 'jdbc' : 'uri')
    const passwordFile = join(bench.directory, 'pgpass')
    await writeFile(passwordFile, `${await print('pgpass')}\n`, { mode: 0o600 })
    expect(await driver.logIn(tool, whoAmI, [{ connection, password }])).toEqual([seen])
    const [byFile] = await driver.logIn(tool, whoAmI, [{ connection }], { PGPASSFILE: passwordFile })
    expect(byFile).toEqual(driver.readsEscapes ? seen : expect.stringMatching(/^error: .*password authentication/))
    // JDBC's driver takes nothing else from the environment.
    if (driver.takes === 'jdbc') return
    expect(await driver.logIn(tool, whoAmI, [{ connection: '' }], variablesOf(await print('env')))).toEqual([seen])
  })

  it(`has ${driver.name} refuse a server with a certificate of another CA`, async (context) => {
    const tool = await prepared(driver, context)
    const caFile = join(await anotherAuthority(), 'ca.crt')
    const connection = textFor(driver, { user, password, database, caFile })
    const [answer] = await driver.logIn(tool, whoAmI, [{ connection }])
    expect(answer).toMatch(/^error: .*(certificate|CERTIFICATE|PKIX|signed)/)
  })
})

const textFor = (
  driver: Driver,
  parts: Pick<ConnectionTarget, 'user' | 'password' | 'database' | 'caFile'>,
): string => {
  const { address: host, port } = instance.listen
  const target = { endpoint: { host, port }, ...parts }
  return driver.takes === 'jdbc' ? String(postgresql.forms.jdbc?.write(target)) : postgresql.uri(target)
}

/** Of letters and signs that a keyboard has somewhere, of ASCII alone, and of one script from right to left. */
const accepted = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 8, maxLength: 24 }),
    fc.stringMatching(/^[ -~]{8,40}$/),
    fc.stringMatching(/^[äöüßéñçøåпарольżłμ密码パスワード비밀번호 !@%&+=#/?:'"\\]{8,24}$/),
    fc.stringMatching(/^[א-ת][א-ת0-9 !?@%+]{6,20}[א-ת]$/),
  )
  .filter((text) => passwordRefusal('postgresql', text, 'password') === null)

describe.each(drivers)('a password that is accepted', (driver) => {
  it(`is sent by ${driver.name} as it is, alone and within its URI`, async (context) => {
    const tool = await prepared(driver, context)
    const users = fc
      .sample(accepted, { numRuns: 40, seed: 7 })
      .map((secret, index) => ({ name: `user${index}`, password: secret, databases: [database] }))
    await bench.driver.accounts.ensureUsers(instance, users, bound())
    const logins = users.flatMap((each) => {
      const parts = { user: each.name, database, caFile: instance.tls.ca }
      return [
        { connection: textFor(driver, parts), password: each.password },
        { connection: textFor(driver, { ...parts, password: each.password }) },
      ]
    })
    const answers = await driver.logIn(tool, whoAmI, logins)
    expect(answers).toEqual(users.flatMap(({ name }) => Array(2).fill(`${name} ${database} true`)))
  })
})

describe('a password that is refused', () => {
  /** One for each reason of the rule, and who cannot log in by it. As docs/reference/passwords.md says. */
  const strict = ['pg8000', 'pgjdbc 42.7.3']
  const preparing = ['psycopg', 'psycopg2', 'asyncpg', 'pg8000', 'pgjdbc 42.7.3', 'pgjdbc 42.7.14']
  const refused = [
    { name: 'emoji', secret: 'an emoji 🔑 in it', cannot: strict },
    { name: 'mixed', secret: 'mixed אבג directions', cannot: strict },
    { name: 'ligature', secret: 'a ligature ﬁne', cannot: preparing },
    { name: 'apart', secret: 'an accent apart e\u0301', cannot: [...preparing, 'pgx'] },
  ]

  it('is one that some drivers do not send as it is', async (context) => {
    const tools = await Promise.all(drivers.map(async (driver) => ({ driver, tool: await prepared(driver, context) })))
    for (const { name, secret } of refused) {
      expect(passwordRefusal('postgresql', secret, 'password')).toMatchObject({ code: 'INVALID_INPUT' })
      // The driver of the engine refuses it as well.
      await inspect(instance, `CREATE ROLE ${name} LOGIN PASSWORD '${await createScramVerifier(secret)}'`)
      await inspect(instance, `GRANT CONNECT ON DATABASE "${database}" TO ${name}`)
    }
    const answers = await Promise.all(
      tools.map(async ({ driver, tool }) => {
        const logins = refused.map(({ name, secret }) => ({
          connection: textFor(driver, { user: name, database, caFile: instance.tls.ca }),
          password: secret,
        }))
        return { driver: driver.name, said: await driver.logIn(tool, whoAmI, logins) }
      }),
    )
    const failed = refused.map(({ name }, index) => ({
      name,
      cannot: answers.filter(({ said }) => said[index]?.startsWith('error:')).map(({ driver }) => driver),
    }))
    expect(failed).toEqual(refused.map(({ name, cannot }) => ({ name, cannot })))
  })
})
