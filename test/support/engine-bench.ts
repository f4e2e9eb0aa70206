import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type EngineDriver,
  type EngineInstance,
  type Installation,
  type Owner,
  unlimited,
} from '../../agent/engines/engine.ts'
import { type CertificateAuthority, createCertificateAuthority } from '../../agent/tls/authority.ts'
import { parseFlavorId } from '../../domain/ids.ts'
import { freePort } from './free-ports.ts'

const run = promisify(execFile)

/** For everything that a test waits for: generous, as other tests share the machine. */
export const bound = (): AbortSignal => AbortSignal.timeout(60_000)

/**
 * What the agent's core does around a driver, as little as the tests need: an account, directories, copies of
 * templates, processes. As root the engines run as an account made for this bench; otherwise as the account that runs
 * the tests. `close` takes everything away again.
 */
export type EngineBench<Driver extends EngineDriver = EngineDriver> = {
  readonly directory: string
  readonly owner: Owner
  readonly driver: Driver
  readonly authority: CertificateAuthority
  installations(): Promise<readonly Installation[]>
  /** The installation of this version; fails when the host does not have it. */
  installation(version: string): Promise<Installation>
  /** A configured instance on a copy of the template, not started. */
  prepare(installation: Installation, overrides?: Partial<EngineInstance>): Promise<EngineInstance>
  /** Starts the main process only. */
  spawn(instance: EngineInstance): Promise<number>
  /** Starts and waits until ready. */
  start(instance: EngineInstance): Promise<number>
  /** `graceful` unless told otherwise; resolves when the process is gone. */
  stop(instance: EngineInstance, signal?: NodeJS.Signals): Promise<void>
  close(): Promise<void>
}

export const createEngineBench = async <Driver extends EngineDriver>(
  makeDriver: (directory: string) => Driver | Promise<Driver>,
): Promise<EngineBench<Driver>> => {
  const owner = process.getuid?.() === 0 ? await createAccount() : null
  const directory = await mkdtemp(join(tmpdir(), 'coffer-engines-'))
  await chmod(directory, 0o755)
  const driver = await makeDriver(directory)
  const authority = await createCertificateAuthority(
    { now: () => new Date() },
    { directory: join(directory, 'ca'), name: 'Coffer CA of a test' },
  )
  const exits = new Map<number, Promise<unknown>>()
  let probed: Promise<readonly Installation[]> | undefined

  const own = async (path: string) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
    if (owner !== null) await chown(path, owner.uid, owner.gid)
    return path
  }

  const bench: EngineBench<Driver> = {
    directory,
    owner,
    driver,
    authority,
    installations: () => {
      probed ??= driver.probe(bound())
      return probed
    },
    installation: async (version) => {
      const found = (await bench.installations()).find((installation) => installation.version === version)
      if (found === undefined) throw new Error(`${driver.datastore} ${version} is not installed`)
      return found
    },
    prepare: async (installation, overrides = {}) => {
      const template = join(directory, `template-${installation.version}`)
      await driver.createTemplate(installation, template, owner, bound())
      const nodeId = randomUUID()
      const home = await own(join(directory, nodeId.slice(0, 8)))
      const dataDir = join(home, 'data')
      const tlsDir = await own(join(home, 'tls'))
      await run('cp', ['-a', template, dataDir])
      await driver.giveIdentity(dataDir)
      const instance: EngineInstance = {
        nodeId,
        spec: {
          datastore: driver.datastore,
          version: installation.version,
          flavor: parseFlavorId('small'),
          vcpus: 1,
          memoryMiB: 256,
          volumeGiB: 1,
        },
        installation,
        owner,
        dataDir,
        runDir: await own(join(home, 'run')),
        logFile: join(home, 'engine.log'),
        listen: { address: '127.0.0.1', port: await freePort() },
        publishedAs: '127.0.0.1',
        tls: await authority.ensureServerCertificate({ directory: tlsDir, owner, addresses: ['127.0.0.1'] }),
        monitorPassword: randomBytes(24).toString('base64url'),
        ...overrides,
      }
      await driver.configure(instance, unlimited)
      return instance
    },
    spawn: async (instance) => {
      const { command, args, env } = driver.processSpec(instance)
      const log = openSync(instance.logFile, 'a', 0o600)
      const child = spawn(command, args, {
        cwd: '/',
        env: { ...env },
        detached: true,
        stdio: ['ignore', log, log],
        ...(owner === null ? {} : { uid: owner.uid, gid: owner.gid }),
      })
      await once(child, 'spawn')
      const pid = child.pid ?? 0
      exits.set(pid, once(child, 'exit'))
      return pid
    },
    start: async (instance) => {
      const pid = await bench.spawn(instance)
      await driver.waitReady(instance, bound())
      return pid
    },
    stop: async (instance, signal = driver.stopSignals.graceful) => {
      const pid = await driver.findProcess(instance)
      if (pid === null) return
      process.kill(pid, signal)
      await exits.get(pid)
    },
    close: async () => {
      for (const [pid, exit] of exits) {
        if (await isAlive(pid)) process.kill(pid, driver.stopSignals.immediate)
        await exit
      }
      await rm(directory, { recursive: true, force: true })
      if (owner !== null) await run('userdel', [owner.user])
    },
  }
  return bench
}

export const isAlive = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/\) Z /.test(stat)
}

const createAccount = async (): Promise<Owner> => {
  const user = `coffer-test-${randomBytes(4).toString('hex')}`
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', user])
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout.trim())),
  )
  return { user, uid: uid ?? Number.NaN, gid: gid ?? Number.NaN }
}
