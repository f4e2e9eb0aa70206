import { constants, existsSync } from 'node:fs'
import { chown, copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type EngineDriver, EngineFault, type EngineInstance } from '../../agent/engines/engine.ts'
import type { Parameter } from '../../domain/values/parameter.ts'
import { exampleParameter } from './example-parameter.ts'

/** It is taken for this engine by everything that knows engines by their words alone. */
export const fakeDatastore = 'postgresql'
export const fakeVersion = '1.0'
const serverScript = fileURLToPath(new URL('agent-engine-server.mjs', import.meta.url))

/** Lays out an installation of the stand-in below `prefix`: its runtime and its program. Answers its `binDir`. */
export const installFakeEngine = async (prefix: string): Promise<string> => {
  const binDir = join(prefix, 'bin')
  await mkdir(binDir, { recursive: true })
  const runtime = join(binDir, 'node')
  await link(process.execPath, runtime).catch(() => copyFile(process.execPath, runtime, constants.COPYFILE_FICLONE))
  await copyFile(serverScript, join(binDir, 'engine.mjs'))
  return binDir
}

/** One that a running stand-in takes, and one that it takes when it starts. */
const fakeParameters: readonly Parameter[] = [
  exampleParameter('patience', { min: 1, max: 100, default: '10' }),
  exampleParameter('slots', { min: 1, max: 100, default: '10', restart: true }),
]

/** What a test may make go wrong. The data of a template and of the accounts is a few small files. */
export type FakeDriverOptions = {
  readonly createTemplate?: (directory: string) => Promise<void>
  readonly verifyEndpoint?: (signal: AbortSignal) => Promise<void>
  readonly ensureDatabases?: (names: readonly string[], signal: AbortSignal) => Promise<void>
}

/** Acts on `agent-engine-server.mjs` as on an engine, so that the agent's core is tested without PostgreSQL. */
export const createFakeDriver = (binDir: string, options: FakeDriverOptions = {}): EngineDriver => {
  return {
    datastore: fakeDatastore,
    probe: async () => [{ datastore: fakeDatastore, version: fakeVersion, source: 'system', binDir }],
    createTemplate: async (_installation, directory, owner, signal) => {
      signal.throwIfAborted()
      await options.createTemplate?.(directory)
      if (existsSync(directory)) return
      await mkdir(directory, { mode: 0o700 })
      await writeFile(join(directory, 'format'), '1', { mode: 0o600 })
      if (owner) await chown(directory, owner.uid, owner.gid)
    },
    giveIdentity: async () => {},
    configure: async ({ dataDir, owner, listen }, { clients, volume }) => {
      const file = join(dataDir, 'config')
      await writeFile(file, `port ${listen.port} clients ${clients} volume ${volume}`, { mode: 0o600 })
      if (owner) await chown(file, owner.uid, owner.gid)
    },
    applyConfiguration: () => Promise.resolve(),
    followSize: () => Promise.resolve([]),
    applyParameters: () => Promise.resolve(),
    readParameters: () => Promise.resolve(fakeParameters),
    processSpec: ({ dataDir, runDir, listen, installation }) => ({
      command: join(installation.binDir, 'node'),
      args: [join(installation.binDir, 'engine.mjs'), dataDir, runDir, listen.address, String(listen.port)],
      env: {},
    }),
    stopSignals: { graceful: 'SIGINT', immediate: 'SIGTERM' },
    reloadCertificate: () => Promise.resolve(),
    findProcess: async ({ dataDir }) => {
      const pid = Number(await readFile(join(dataDir, 'engine.pid'), 'utf8').catch(() => ''))
      if (pid === 0) return null
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return commandLine.includes(dataDir) ? pid : null
    },
    isEnding: async ({ dataDir }) => existsSync(join(dataDir, 'ending')),
    waitReady: async (instance, signal) => {
      while (!(await answers(instance, signal))) {
        signal.throwIfAborted()
        await delay(10, undefined, { signal }).catch(() => signal.throwIfAborted())
      }
    },
    checkEndpoint: async () => {},
    checkHealth: async (instance, signal) => {
      await assertAnswers(instance, signal)
      return 'uncut'
    },
    accounts: {
      list: async (instance, signal) => {
        await assertAnswers(instance, signal)
        return { databases: await databasesOf(instance), users: [] }
      },
      ensureDatabases: async (instance, wishes, signal) => {
        await options.ensureDatabases?.(
          wishes.map(({ name }) => name),
          signal,
        )
        await assertAnswers(instance)
        const names = [...(await databasesOf(instance)), ...wishes.map(({ name }) => name)]
        await writeDatabases(instance, [...new Set(names)])
      },
      dropDatabases: async (instance, names) => {
        await assertAnswers(instance)
        await writeDatabases(
          instance,
          (await databasesOf(instance)).filter((name) => !names.includes(name)),
        )
      },
      ensureUsers: async (instance, wishes) => {
        await assertAnswers(instance)
        const lines = wishes.map(({ name, password }) => `${name} ${password.length}`)
        await writeFile(join(instance.dataDir, 'users'), lines.join('\n'))
      },
      dropUsers: (instance) => assertAnswers(instance),
      setPasswords: (instance) => assertAnswers(instance),
      setAccess: (instance) => assertAnswers(instance),
      setRoot: (instance) => assertAnswers(instance),
    },
    room: null,
    setExtension: null,
    backup: {
      take: async (instance, sink, signal) => {
        await assertAnswers(instance, signal)
        const kept = ['databases', 'users']
        const texts = await Promise.all(
          kept.map((name) => readFile(join(instance.dataDir, name), 'utf8').catch(() => null)),
        )
        const content = Buffer.from(JSON.stringify(kept.map((name, index) => [name, texts[index]])))
        sink.expect(content.length)
        await sink.store(
          'data',
          (async function* () {
            yield content
          })(),
        )
      },
      readAll: async (instance, signal) => {
        await assertAnswers(instance, signal)
        return { tables: 0, rows: (await databasesOf(instance)).length }
      },
      restore: async (_installation, directory, owner, source) => {
        const files: [string, string | null][] = JSON.parse(await text(source.read('data')))
        await mkdir(directory, { mode: 0o700 })
        await writeFile(join(directory, 'format'), '1', { mode: 0o600 })
        for (const [name, content] of files) if (content !== null) await writeFile(join(directory, name), content)
        if (owner) await chown(directory, owner.uid, owner.gid)
      },
    },
    hurryLogins: null,
    verifyEndpoint: async (instance, _users, signal) => {
      await options.verifyEndpoint?.(signal)
      await assertAnswers(instance)
    },
    explainLog: (_instance, log) =>
      log
        .split('\n')
        .filter((line) => line.startsWith('FATAL'))
        .map((text) => ({ kind: 'other', text })),
  }
}

const databasesOf = async ({ dataDir }: EngineInstance): Promise<readonly string[]> =>
  (await readFile(join(dataDir, 'databases'), 'utf8').catch(() => '')).split('\n').filter(Boolean)
const writeDatabases = ({ dataDir }: EngineInstance, names: readonly string[]): Promise<void> =>
  writeFile(join(dataDir, 'databases'), names.join('\n'))

const assertAnswers = async (instance: EngineInstance, signal?: AbortSignal): Promise<void> => {
  const isThere = await answers(instance, signal)
  signal?.throwIfAborted()
  if (!isThere) throw new EngineFault('ENGINE_UNREACHABLE', 'nobody answers on the port', { retryable: true })
}

/** False also when the signal aborts first. */
const answers = ({ listen }: EngineInstance, signal?: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: listen.address, port: listen.port })
    const end = (isThere: boolean): void => {
      socket.destroy()
      signal?.removeEventListener('abort', giveUp)
      resolve(isThere)
    }
    const giveUp = (): void => end(false)
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
    socket.setEncoding('utf8')
    socket.once('data', (text) => end(String(text).startsWith('at your service')))
    socket.on('error', () => end(false))
    socket.once('end', () => end(false))
  })
