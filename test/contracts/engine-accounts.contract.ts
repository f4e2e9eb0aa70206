import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineInstance, UserWish } from '../../agent/engines/engine.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import { databaseNameRefusal, userNameRefusal } from '../../domain/values/account-names.ts'
import { passwordRefusal } from '../../domain/values/password.ts'
import { rootUser } from '../../domain/values/root-user.ts'
import { bound, type EngineBench } from '../support/engine-bench.ts'
import type { EngineSubject, Login } from './engine-driver.contract.ts'

/** A client as people have them. What is refused rejects. */
type AccountsClient = {
  /** Adds a record, to a place that is made where there is none. */
  write(instance: EngineInstance, login: Login, text: string): Promise<void>
  /** Adds a record to those that are there. */
  add(instance: EngineInstance, login: Login, text: string): Promise<void>
  /** How many records there are. */
  count(instance: EngineInstance, login: Login): Promise<number>
  /** Whether a session that has asked something can ask nothing after `act`. */
  isEndedBy(instance: EngineInstance, login: Login, act: () => Promise<unknown>): Promise<boolean>
  /** Carries out one statement or command. */
  ask(instance: EngineInstance, login: Login, statement: string): Promise<unknown>
}

export type AccountsSubject = Pick<EngineSubject, 'missing' | 'open'> & {
  readonly client: AccountsClient
  /** `given`: what the root user may do. `kept`: what would take the engine from Coffer, with the `refusal` of the engine for want of a right. */
  readonly root: { readonly given: readonly string[]; readonly kept: readonly string[]; readonly refusal: RegExp }
}

/** What every driver promises of users and their access (`EngineAccounts`), on its real engine. One instance for all of it. */
export const describeEngineAccounts = (name: string, { missing, open, client, root }: AccountsSubject): void => {
  describe(`users of ${name}`, () => {
    if (missing !== null) {
      it('are as they are wished for', (context) => context.skip(missing))
      return
    }
    let bench: EngineBench
    let instance: EngineInstance
    let accounts: EngineBench['driver']['accounts']
    let database: string | null
    let serial = 0
    beforeAll(async () => {
      bench = await open()
      const [newest] = await bench.installations()
      if (newest === undefined) throw new Error(`${name} is not installed`)
      instance = await bench.prepare(newest)
      await bench.start(instance)
      accounts = bench.driver.accounts
      database = accounts.ensureDatabases === null ? null : 'shop'
      if (database !== null) await accounts.ensureDatabases?.(instance, [{ name: database }], bound())
      await client.write(instance, await made({}), 'the first')
    })
    afterAll(() => bench?.close())

    const password = 'a secret of theirs'
    const loginOf = (user: string, secret = password): Login => ({ user, password: secret, database })
    const made = async (wish: Partial<UserWish>): Promise<Login> => {
      serial += 1
      const user = wish.name ?? `user${serial}`
      const all = { name: user, password, databases: database === null ? [] : [database], isNew: true, ...wish }
      await accounts.ensureUsers(instance, [all], bound())
      return loginOf(user, all.password)
    }
    const setLevel = (user: string, level: 'read' | 'write' | 'all' | null) =>
      accounts.setAccess(instance, [{ user, database, level }], bound())
    const mayMake = async (login: Login): Promise<boolean> => {
      // An engine without named databases has nothing that must be made first.
      if (database === null) return true
      return client.write(instance, { ...login }, 'made').then(
        () => true,
        () => false,
      )
    }

    it('read, write or do all, from the start', async () => {
      const [reads, writes, all] = [await made({ level: 'read' }), await made({ level: 'write' }), await made({})]
      for (const login of [reads, writes, all]) expect(await client.count(instance, login)).toBeGreaterThan(0)
      await expect(client.add(instance, reads, 'not his')).rejects.toThrow()
      await client.add(instance, writes, 'his')
      await client.add(instance, all, 'hers')
      if (database !== null) expect([await mayMake(reads), await mayMake(writes)]).toEqual([false, false])
      expect(await mayMake(all)).toBe(true)
    })

    it('are given access and lose it, each again without harm, and what they could do no more they do no more', async () => {
      const login = await made({ level: 'read' })
      for (const level of ['write', 'all', 'write'] as const) {
        await setLevel(login.user, level)
        await setLevel(login.user, level)
        await client.add(instance, login, `by ${level}`)
      }
      expect(await client.isEndedBy(instance, login, async () => setLevel(login.user, null))).toBe(true)
      await expect(client.count(instance, login)).rejects.toThrow()
      await setLevel(login.user, null)
      await setLevel(login.user, 'read')
      expect(await client.count(instance, login)).toBeGreaterThan(0)
      await expect(client.add(instance, login, 'not any more')).rejects.toThrow()
    })

    it('are not given what does not exist, nor is who does not', async () => {
      const login = await made({})
      await expect(setLevel('nobody', 'all')).rejects.toMatchObject({ code: 'USER_MISSING' })
      const wish = { user: login.user, database: database === null ? 'one' : 'nowhere', level: 'all' } as const
      const code = database === null ? 'FEATURE_NOT_AVAILABLE' : 'DATABASE_MISSING'
      await expect(async () => accounts.setAccess(instance, [wish], bound())).rejects.toMatchObject({ code })
    })

    it('are not taken over from somebody else, and are made again by the same wish', async () => {
      const login = await made({})
      await made({ name: login.user })
      await expect(made({ name: login.user, password: 'a secret of another' })).rejects.toMatchObject({
        code: 'USER_EXISTS',
      })
      await client.add(instance, login, 'as before')
    })

    it('have another password at once, and a former one beside it where the engine has that', async () => {
      const login = await made({})
      const change = (secret: string, keepsFormer: boolean) =>
        accounts.setPasswords(instance, [{ name: login.user, password: secret, keepsFormer }], bound())
      const works = (secret: string) =>
        client.add(instance, loginOf(login.user, secret), 'in').then(
          () => true,
          () => false,
        )
      await change('the second secret', false)
      expect([await works(password), await works('the second secret')]).toEqual([false, true])
      if (engineOf(bench.driver.datastore).accounts.formerPassword === 'available') {
        for (let repeat = 0; repeat < 2; repeat += 1) await change('the third secret', true)
        expect([await works('the second secret'), await works('the third secret')]).toEqual([true, true])
        await change('the fourth secret', true)
        expect(await Promise.all(['second', 'third', 'fourth'].map((nth) => works(`the ${nth} secret`)))).toEqual([
          ...[false, true, true],
        ])
        await change('the fifth secret', false)
        expect(await Promise.all(['third', 'fourth', 'fifth'].map((nth) => works(`the ${nth} secret`)))).toEqual([
          ...[false, false, true],
        ])
      } else await expect(change('the third secret', true)).rejects.toMatchObject({ code: 'FEATURE_NOT_AVAILABLE' })
      await expect(
        accounts.setPasswords(instance, [{ name: 'nobody', password, keepsFormer: false }], bound()),
      ).rejects.toMatchObject({ code: 'USER_MISSING' })
    })

    it('go with their sessions, each again without harm, and what they made stays', async () => {
      const [login, other] = [await made({}), await made({})]
      await client.write(instance, login, 'made by who goes')
      const before = await client.count(instance, other)
      expect(await client.isEndedBy(instance, login, () => accounts.dropUsers(instance, [login.user], bound()))).toBe(
        true,
      )
      await accounts.dropUsers(instance, [login.user], bound())
      await expect(client.count(instance, login)).rejects.toThrow()
      expect(await client.count(instance, other)).toBe(before)
      await client.add(instance, await made({ name: login.user }), 'another of that name')
    })

    it('are listed with the databases, without what is of Coffer or of the engine', async () => {
      const login = await made({})
      await accounts.setRoot(instance, password, bound())
      const { databases, users } = await accounts.list(instance, bound())
      await accounts.setRoot(instance, null, bound())
      expect(databases).toEqual(database === null ? [] : [database])
      expect(users).toContain(login.user)
      expect(users.filter((user) => !user.startsWith('user'))).toEqual([])
      await accounts.dropUsers(instance, [login.user], bound())
      expect((await accounts.list(instance, bound())).users).not.toContain(login.user)
    })

    it('stay as they are through a restart', async () => {
      const [reads, gone] = [await made({ level: 'read' }), await made({})]
      await accounts.dropUsers(instance, [gone.user], bound())
      await bench.stop(instance)
      await bench.start(instance)
      expect(await client.count(instance, reads)).toBeGreaterThan(0)
      await expect(client.add(instance, reads, 'not his')).rejects.toThrow()
      await expect(client.count(instance, gone)).rejects.toThrow()
    })

    describe('of whom one is root', () => {
      const setRoot = (secret: string | null) => accounts.setRoot(instance, secret, bound())
      const rootLogin = (secret = password): Login => loginOf(rootUser, secret)

      it('may do what others may not, and nothing that takes the engine from Coffer', async () => {
        await setRoot(password)
        await setRoot(password)
        for (const statement of root.given) await client.ask(instance, rootLogin(), statement)
        for (const statement of root.kept) {
          const answer = await client.ask(instance, rootLogin(), statement).then(
            () => 'carried out',
            (error: Error & { readonly code?: string }) => `${error.code} ${error.message}`,
          )
          expect(answer, statement).toMatch(root.refusal)
        }
        await bench.driver.checkHealth(instance, bound())
        await bench.driver.verifyEndpoint(instance, [], bound())
      })

      it('uses what others make, also in databases that are made later', async () => {
        await client.write(instance, await made({}), 'not of root')
        expect(await client.count(instance, rootLogin())).toBeGreaterThan(0)
        await client.add(instance, rootLogin(), 'of root')
        if (accounts.ensureDatabases === null) return
        await accounts.ensureDatabases(instance, [{ name: 'later' }], bound())
        const other = await made({ databases: ['later'] })
        await client.write(instance, { ...other, database: 'later' }, 'not of root')
        await client.add(instance, { ...rootLogin(), database: 'later' }, 'of root')
      })

      it('has another password at once, through a restart as well', async () => {
        await setRoot('another secret of root')
        await expect(client.count(instance, rootLogin())).rejects.toThrow()
        await bench.stop(instance)
        await bench.start(instance)
        await client.add(instance, rootLogin('another secret of root'), 'of root')
      })

      it('goes with its sessions, again without harm, and comes back', async () => {
        await setRoot(password)
        const { user } = await made({})
        expect(await client.isEndedBy(instance, rootLogin(), () => setRoot(null))).toBe(true)
        await setRoot(null)
        await expect(client.count(instance, rootLogin())).rejects.toThrow()
        await client.add(instance, loginOf(user), 'as before')
        await setRoot(password)
        await client.add(instance, rootLogin(), 'of root')
        await setRoot(null)
      })
    })

    // Everything that can be typed, and what cannot.
    const character = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) },
      fc.constantFrom(
        ...[
          "'",
          '"',
          '\\',
          '`',
          '\n',
          '\r',
          '\t',
          '\0',
          '%',
          ';',
          '#',
          '>',
          '~',
          ' ',
          '🙂',
          'ß',
          'é',
          'ي',
          '\u00a0',
          '\u200b',
        ],
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    const textOf = (least: number, most: number) =>
      fc.array(character, { minLength: least, maxLength: most }).map((all) => all.join(''))

    it('log in by every password that is accepted, exactly as it was given', async () => {
      const accepted: UserWish[] = []
      const take = (secret: string) => {
        if (passwordRefusal(bench.driver.datastore, secret, 'password') !== null) return
        accepted.push({ name: `p${accepted.length}`, password: secret, databases: database === null ? [] : [database] })
      }
      for (const secret of ['\'"`\\ $%;#~*&+>', 'x'.repeat(128), ` ${'ab"c\\'.repeat(4)} `, '+@all ~* nopass #0'])
        take(secret)
      // A long text of any characters nearly always has one that is refused.
      const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 128 })
      fc.assert(fc.property(fc.oneof(textOf(1, 140), ascii), take), { numRuns: 120 })
      expect(accepted.length).toBeGreaterThan(20)
      await accounts.ensureUsers(instance, accepted, bound())
      await bench.driver.verifyEndpoint(instance, accepted, bound())
      for (const { name: user, password: secret } of accepted.slice(0, 6))
        await client.count(instance, { user, password: secret, database })
      await accounts.dropUsers(
        instance,
        accepted.map((wish) => wish.name),
        bound(),
      )
    })

    it('have every name that is accepted, exactly as it was given', async () => {
      const names = new Set<string>()
      fc.assert(
        fc.property(fc.oneof(textOf(1, 90), fc.stringMatching(/^[A-Za-z0-9_$-]{1,80}$/)), (text) => {
          if (userNameRefusal(bench.driver.datastore, text, 'name') === null) names.add(text)
        }),
        { numRuns: 120 },
      )
      expect(names.size).toBeGreaterThan(10)
      const wishes = [...names].map((user) => ({
        name: user,
        password,
        databases: database === null ? [] : [database],
      }))
      await accounts.ensureUsers(instance, wishes, bound())
      await bench.driver.verifyEndpoint(instance, wishes, bound())
      await accounts.setAccess(
        instance,
        wishes.map(({ name: user }) => ({ user, database, level: 'read' as const })),
        bound(),
      )
      await accounts.dropUsers(instance, [...names], bound())
    })

    it('use databases of every name that is accepted', async () => {
      const { ensureDatabases, dropDatabases } = accounts
      if (ensureDatabases === null || dropDatabases === null) return
      const names = new Map<string, string>()
      fc.assert(
        fc.property(fc.stringMatching(/^[A-Za-z0-9_$%"'`\\ -]{1,64}$/), (text) => {
          if (databaseNameRefusal(bench.driver.datastore, text, 'name') === null) names.set(text, text)
        }),
        { numRuns: 200 },
      )
      const some = [...names.keys()].slice(0, 6)
      expect(some.length).toBeGreaterThan(2)
      await ensureDatabases(
        instance,
        some.map((one) => ({ name: one })),
        bound(),
      )
      const wish = { name: 'of_many', password, databases: some, level: 'write' as const }
      await accounts.ensureUsers(instance, [wish], bound())
      await bench.driver.verifyEndpoint(instance, [wish], bound())
      await dropDatabases(instance, some, bound())
      await accounts.dropUsers(instance, ['of_many'], bound())
    })
  })
}
