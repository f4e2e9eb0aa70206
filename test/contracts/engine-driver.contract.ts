import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BackupSink, type BackupSource, type EngineInstance, unlimited } from '../../agent/engines/engine.ts'
import { createCertificateAuthority } from '../../agent/tls/authority.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import { bound, type EngineBench, isAlive } from '../support/engine-bench.ts'

export type Login = { readonly user: string; readonly password: string; readonly database: string | null }

/** A client as people have them: over the endpoint, with TLS verified. What is refused rejects. */
export type EngineClient = {
  /** Adds a record that is durable when this resolves. */
  write(instance: EngineInstance, login: Login, text: string): Promise<void>
  /** How many records there are. */
  count(instance: EngineInstance, login: Login): Promise<number>
  /** The serial number of the certificate that a new connection gets. */
  serialNumber(instance: EngineInstance, login: Login): Promise<string>
}

export type EngineSubject = {
  /** Why it cannot be run on this machine; null when it can. */
  readonly missing: string | null
  readonly open: () => Promise<EngineBench>
  /** The settings that take a restart when it gets twice the size, and when it gets half of it. */
  readonly takesRestart: { readonly larger: readonly string[]; readonly smaller: readonly string[] }
  /** Null for a stand-in, which has no data that a client could read. */
  readonly client: EngineClient | null
}

type KeptCopy = BackupSink & BackupSource & { readonly parts: Map<string, Buffer> }

/** Keeps a copy in memory. */
const keptCopy = (): KeptCopy => {
  const parts = new Map<string, Buffer>()
  return {
    parts,
    expect: () => undefined,
    store: async (part, content) => void parts.set(part, await buffer(content)),
    read: async function* (part) {
      const content = parts.get(part)
      if (content === undefined) throw new Error(`the copy has no part ${part}`)
      yield content
    },
  }
}

/** What every driver keeps of its promises (`EngineDriver`), on its real engine. */
export const describeEngineDriver = (name: string, { missing, open, takesRestart, client }: EngineSubject): void => {
  describe(`the driver of ${name}`, () => {
    if (missing !== null) {
      it('keeps what every driver promises', (context) => context.skip(missing))
      return
    }
    let bench: EngineBench
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())

    const prepare = async (overrides: Partial<EngineInstance> = {}): Promise<EngineInstance> => {
      const [newest] = await bench.installations()
      if (newest === undefined) throw new Error(`${name} is not installed`)
      return bench.prepare(newest, overrides)
    }
    const running = async (): Promise<EngineInstance> => {
      const instance = await prepare()
      await bench.start(instance)
      return instance
    }
    const restoredFrom = async (copy: KeptCopy, of: EngineInstance): Promise<EngineInstance> => {
      const instance = await prepare()
      await rm(instance.dataDir, { recursive: true })
      const { backup } = bench.driver
      await backup.restore(of.installation, instance.dataDir, bench.owner, copy, bound())
      await bench.driver.giveIdentity(instance.dataDir)
      const { owner } = bench
      if (owner) execFileSync('chown', ['--recursive', `${owner.uid}:${owner.gid}`, instance.dataDir])
      await bench.driver.configure(instance, unlimited)
      return instance
    }
    const ann = { name: 'ann', password: 'a secret of hers' }
    /** With a user, and with a database where the engine has named ones. */
    const inUse = async (instance: EngineInstance): Promise<Login> => {
      const { accounts } = bench.driver
      const database = accounts.ensureDatabases === null ? null : 'shop'
      if (database) await accounts.ensureDatabases?.(instance, [{ name: database }], bound())
      await accounts.ensureUsers(instance, [{ ...ann, databases: database ? [database] : [] }], bound())
      return { user: ann.name, password: ann.password, database }
    }
    const wishOf = ({ user, password, database }: Login) => ({
      name: user,
      password,
      databases: database ? [database] : [],
    })

    it('finds releases of its own engine', async () => {
      const found = await bench.installations()
      expect(found.length).toBeGreaterThan(0)
      for (const { datastore, version } of found) {
        expect(datastore).toBe(bench.driver.datastore)
        expect(version).toMatch(engineOf(datastore).version)
      }
    })

    it('names databases if, and only if, its descriptor does', () => {
      const isNamed = engineOf(bench.driver.datastore).databases.kind === 'named'
      expect(bench.driver.accounts.ensureDatabases !== null).toBe(isNamed)
      expect(bench.driver.accounts.dropDatabases !== null).toBe(isNamed)
    })

    it('makes a template once, and nothing when it is told to stop', async () => {
      const [newest] = await bench.installations()
      if (newest === undefined) throw new Error('nothing is installed')
      const parent = join(bench.directory, 'templates')
      await mkdir(parent)
      if (bench.owner) await chown(parent, bench.owner.uid, bench.owner.gid)
      const make = (at: string, signal: AbortSignal) => bench.driver.createTemplate(newest, at, bench.owner, signal)
      const stopped = AbortSignal.abort(new Error('no more'))
      await expect(make(join(parent, 'never'), stopped)).rejects.toThrow('no more')
      expect(await readdir(parent)).toEqual([])
      await make(join(parent, 'once'), bound())
      const mark = join(parent, 'once', 'mark-of-a-test')
      await writeFile(mark, '')
      await make(join(parent, 'once'), bound())
      expect(existsSync(mark)).toBe(true)
    })

    it('starts an instance on a copy of it, finds its process and asks it', async () => {
      const instance = await prepare()
      expect(await bench.driver.findProcess(instance)).toBeNull()
      const pid = await bench.start(instance)
      expect(await bench.driver.findProcess(instance)).toBe(pid)
      expect(await bench.driver.isEnding(instance)).toBe(false)
      const mark = await bench.driver.checkHealth(instance, bound())
      expect(await bench.driver.checkHealth(instance, bound())).toBe(mark)
    })

    it('has no secret on the command line or in the environment of its process', async () => {
      const instance = await prepare()
      expect(JSON.stringify(bench.driver.processSpec(instance))).not.toContain(instance.monitorPassword)
    })

    it('ends it by its graceful signal, and starts it again', async () => {
      const instance = await running()
      await bench.stop(instance)
      expect(await bench.driver.findProcess(instance)).toBeNull()
      await expect(bench.driver.checkHealth(instance, bound())).rejects.toMatchObject({
        name: 'EngineFault',
        code: 'ENGINE_UNREACHABLE',
        retryable: true,
      })
      await bench.driver.configure(instance, unlimited)
      await bench.start(instance)
      await bench.driver.checkHealth(instance, bound())
    })

    it('follows another size as it runs, and tells what takes a restart, after which it has all of it', async () => {
      const instance = await running()
      const sized = (vcpus: number, memoryMiB: number) => ({
        ...instance,
        spec: { ...instance.spec, vcpus, memoryMiB },
      })
      for (const [how, other] of [['larger', sized(2, 512)] as const, ['smaller', sized(1, 256)] as const]) {
        await bench.driver.configure(other, unlimited)
        const pending = await bench.driver.followSize(other, bound())
        expect({ [how]: pending }).toEqual({ [how]: takesRestart[how] })
        await bench.driver.checkHealth(other, bound())
        if (pending.length > 0) {
          await bench.stop(other)
          await bench.start(other)
        }
        expect(await bench.driver.followSize(other, bound())).toEqual([])
      }
    })

    it.each(['immediate', 'killed'] as const)('starts it again after it was ended by force: %s', async (how) => {
      const instance = await running()
      await bench.stop(instance, how === 'killed' ? 'SIGKILL' : bench.driver.stopSignals.immediate)
      expect(await bench.driver.findProcess(instance)).toBeNull()
      await bench.driver.configure(instance, unlimited)
      await bench.start(instance)
      await bench.driver.checkHealth(instance, bound())
    })

    it('does not wait longer than it may for one that stands still', async () => {
      const instance = await prepare()
      const pid = await bench.start(instance)
      process.kill(pid, 'SIGSTOP')
      try {
        const asked = bench.driver.checkHealth(instance, AbortSignal.timeout(300))
        await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' })
        const awaited = bench.driver.waitReady(instance, AbortSignal.timeout(300))
        await expect(awaited).rejects.toMatchObject({ name: 'TimeoutError' })
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      await bench.driver.waitReady(instance, bound())
    })

    it('makes the same accounts again without harm, and a client can use them', async () => {
      const instance = await running()
      const login = await inUse(instance)
      await inUse(instance)
      await bench.driver.verifyEndpoint(instance, [wishOf(login)], bound())
      await bench.driver.verifyEndpoint(instance, [wishOf(login)], bound())
      await bench.driver.checkEndpoint(instance, bound())
    })

    it('makes a database in an engine in use and deletes it, each again without harm', async () => {
      const { ensureDatabases, dropDatabases } = bench.driver.accounts
      if (ensureDatabases === null || dropDatabases === null) return
      const instance = await running()
      const login = await inUse(instance)
      for (let repeat = 0; repeat < 2; repeat += 1) {
        await ensureDatabases(instance, [{ name: 'news', users: [login.user] }], bound())
      }
      if (client) await client.write(instance, { ...login, database: 'news' }, 'new')
      for (let repeat = 0; repeat < 2; repeat += 1) await dropDatabases(instance, ['news'], bound())
      if (client) {
        await expect(client.write(instance, { ...login, database: 'news' }, 'gone')).rejects.toThrow()
        await client.write(instance, login, 'as before')
      }
    })

    it("says nothing of a log's words that it does not know", async () => {
      const instance = await prepare()
      const planted = 'a secret that a customer has planted'
      const findings = bench.driver.explainLog(instance, `${planted}\nERROR: ${planted}\n"${planted}"\n`)
      expect(JSON.stringify(findings)).not.toContain(planted)
    })

    if (client) {
      it('keeps what a client wrote through a kill', async () => {
        const instance = await running()
        const login = await inUse(instance)
        await client.write(instance, login, 'kept')
        await bench.stop(instance, 'SIGKILL')
        await bench.driver.configure(instance, unlimited)
        await bench.start(instance)
        expect(await client.count(instance, login)).toBe(1)
      })

      it('keeps copies of one template apart', async () => {
        const [one, other] = [await running(), await running()]
        const [login] = [await inUse(one), await inUse(other)]
        await client.write(one, login, 'of one alone')
        expect(await client.count(one, login)).toBe(1)
        expect(await client.count(other, login)).toBe(0)
      })

      it('replaces a password: the former one is refused', async () => {
        const instance = await running()
        const former = await inUse(instance)
        const next = { ...former, password: 'another secret' }
        await bench.driver.accounts.ensureUsers(instance, [wishOf(next)], bound())
        await client.write(instance, next, 'by the next one')
        await expect(client.write(instance, former, 'by the former one')).rejects.toThrow()
        const refused = bench.driver.verifyEndpoint(instance, [wishOf(former)], bound())
        await expect(refused).rejects.toMatchObject({ code: 'ENDPOINT_NOT_VERIFIED' })
      })

      it('takes a password as it is, whatever may be typed', async () => {
        const instance = await running()
        const { database } = await inUse(instance)
        const odd = [`'"\\ %$&;#~*>+`, '~* &* +@all nopass', 'x'.repeat(128), ' with spaces around ']
        for (const [index, password] of odd.entries()) {
          const login = { user: `odd${index}`, password, database }
          await bench.driver.accounts.ensureUsers(instance, [wishOf(login)], bound())
          await client.write(instance, login, 'by an odd password')
        }
      })

      it("refuses Coffer's own names", async () => {
        const instance = await running()
        const wish = { name: 'coffer_monitor', password: 'a secret of ours', databases: [] }
        const refused = bench.driver.accounts.ensureUsers(instance, [wish], bound())
        await expect(refused).rejects.toMatchObject({ code: 'RESERVED_NAME' })
      })

      it('gives the monitor its password back when it was changed behind its back', async () => {
        const instance = await running()
        await bench.driver.verifyEndpoint(instance, [], bound())
        const changed = { ...instance, monitorPassword: 'another one of the agent' }
        await expect(bench.driver.checkEndpoint(changed, bound())).rejects.toMatchObject({ name: 'EngineFault' })
        await bench.driver.verifyEndpoint(changed, [], bound())
        await bench.driver.checkEndpoint(changed, bound())
      })

      it('does not trust a certificate of another authority', async () => {
        const instance = await running()
        await bench.driver.verifyEndpoint(instance, [], bound())
        const directory = join(bench.directory, `ca-${instance.nodeId}`)
        await createCertificateAuthority({ now: () => new Date() }, { directory, name: 'Coffer CA of a test' })
        const misled = { ...instance, tls: { ...instance.tls, ca: join(directory, 'ca.crt') } }
        await expect(bench.driver.checkEndpoint(misled, bound())).rejects.toMatchObject({
          code: 'ENDPOINT_NOT_TRUSTED',
        })
      })

      it('serves with a new certificate after a reload, without a restart', async () => {
        const instance = await running()
        const login = await inUse(instance)
        const before = await client.serialNumber(instance, login)
        // An address that the former certificate lacks.
        const addresses = ['127.0.0.1', '10.255.0.1']
        const directory = join(instance.tls.certificate, '..')
        await bench.authority.ensureServerCertificate({ directory, owner: bench.owner, addresses })
        await bench.driver.reloadCertificate(instance, bound())
        await expect.poll(() => client.serialNumber(instance, login), { timeout: 30_000 }).not.toBe(before)
        await client.write(instance, login, 'after it')
      })

      it('keeps clients out while it has room that is not theirs, and serves them again', async () => {
        const instance = await running()
        const login = await inUse(instance)
        await bench.driver.configure(instance, { clients: 'kept-out', volume: 'ROOMY' })
        await bench.driver.applyConfiguration(instance, bound())
        await expect(client.count(instance, login)).rejects.toThrow()
        await bench.driver.checkHealth(instance, bound())
        await bench.driver.configure(instance, unlimited)
        await bench.driver.applyConfiguration(instance, bound())
        await client.write(instance, login, 'served again')
      })

      it('refuses what takes room on a full volume, also after a restart, and reads all the same', async () => {
        const instance = await running()
        const login = await inUse(instance)
        await client.write(instance, login, 'before it')
        await bench.driver.configure(instance, { clients: 'served', volume: 'FULL' })
        await bench.driver.applyConfiguration(instance, bound())
        await bench.driver.room?.endWrites(instance, bound())
        await expect(client.write(instance, login, 'too much')).rejects.toThrow()
        expect(await client.count(instance, login)).toBe(1)
        await bench.stop(instance)
        await bench.start(instance)
        await expect(client.write(instance, login, 'too much')).rejects.toThrow()
        await bench.driver.room?.giveRoomBack(instance, bound())
        await bench.driver.configure(instance, unlimited)
        await bench.driver.applyConfiguration(instance, bound())
        await client.write(instance, login, 'room again')
        expect(await client.count(instance, login)).toBe(2)
      })

      it('copies its data while clients write, and makes another instance of the copy', async () => {
        const { backup } = bench.driver
        const instance = await running()
        const login = await inUse(instance)
        for (let count = 0; count < 3; count += 1) await client.write(instance, login, `before ${count}`)
        const copy = keptCopy()
        await Promise.all([backup.take(instance, copy, bound()), client.write(instance, login, 'meanwhile')])
        await client.write(instance, login, 'after it')
        const restored = await restoredFrom(copy, instance)
        await bench.start(restored)
        await bench.driver.verifyEndpoint(restored, [wishOf(login)], bound())
        await bench.driver.checkEndpoint(restored, bound())
        // The one that was written meanwhile may be in it.
        expect([3, 4]).toContain(await client.count(restored, login))
        await client.write(restored, login, 'in the new one')
        expect(await client.count(instance, login)).toBe(5)
      })

      it('refuses a copy in which a byte was changed, or whose end is missing', async () => {
        const { backup } = bench.driver
        const instance = await running()
        await client.write(instance, await inUse(instance), 'kept')
        const copy = keptCopy()
        await backup.take(instance, copy, bound())
        const data = copy.parts.get('data') ?? Buffer.alloc(0)
        const changed = Buffer.from(data)
        const middle = Math.floor(data.length / 2)
        changed[middle] = (changed[middle] ?? 0) ^ 1
        for (const content of [changed, data.subarray(0, middle)]) {
          copy.parts.set('data', content)
          await expect(restoredFrom(copy, instance)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
        }
      })

      it('ends a copy that is told to stop, and one whose engine is killed', async () => {
        const { backup } = bench.driver
        const instance = await running()
        const stopping = new AbortController()
        const onFirst = (end: () => void): BackupSink => ({
          expect: () => undefined,
          store: async (_part, content) => {
            for await (const _ of content) end()
          },
        })
        const stopped = backup.take(
          instance,
          onFirst(() => stopping.abort(new Error('no more'))),
          stopping.signal,
        )
        await expect(stopped).rejects.toThrow('no more')
        await bench.driver.checkHealth(instance, bound())
        const killing: BackupSink = {
          expect: () => undefined,
          store: async (part, content) => {
            if (part === 'data') await bench.stop(instance, 'SIGKILL')
            for await (const _ of content);
            if (part === 'data') throw new Error('the copy of an engine that was killed came to its end')
          },
        }
        const cut = backup.take(instance, killing, bound())
        await expect(cut).rejects.toMatchObject({ code: 'BACKUP_FAILED' })
      })

      it('says that a port is taken', async () => {
        const squatter = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
        await once(squatter, 'listening')
        const taken = squatter.address()
        if (taken === null || typeof taken === 'string') throw new Error('no port')
        const instance = await prepare({ listen: { address: '127.0.0.1', port: taken.port } })
        await expect(bench.start(instance)).rejects.toMatchObject({ code: 'PORT_IN_USE', retryable: true })
        squatter.close()
      })

      it('notices soon that an engine has died instead of becoming ready', async () => {
        const instance = await prepare()
        const pid = await bench.start(instance)
        await bench.stop(instance, 'SIGKILL')
        expect(await isAlive(pid)).toBe(false)
        await expect(bench.driver.waitReady(instance, bound())).rejects.toMatchObject({ code: 'ENGINE_START_FAILED' })
      })
    }
  })
}
