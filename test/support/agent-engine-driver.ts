import { constants, existsSync } from 'node:fs'
import { chown, copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type EngineDriver, EngineFault, type EngineInstance } from '../../agent/engines/engine.ts'

export const fakeVersion = '1.0.0'
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

/** What a test may make go wrong. The data of a template and of the accounts is a few small files. */
export type FakeDriverOptions = {
  readonly createTemplate?: (directory: string) => Promise<void>
  readonly verifyEndpoint?: (signal: AbortSignal) => Promise<void>
}

/** Acts on `agent-engine-server.mjs` as on an engine, so that the agent's core is tested without PostgreSQL. */
export const createFakeDriver = (binDir: string, options: FakeDriverOptions = {}): EngineDriver => {
  return {
    datastore: 'redis',
    probe: async () => [{ datastore: 'redis', version: fakeVersion, source: 'system', binDir }],
    createTemplate: async (_installation, directory, owner) => {
      await options.createTemplate?.(directory)
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
    giveRoomBack: () => Promise.resolve(),
    endWrites: () => Promise.resolve(),
    processSpec: ({ dataDir, runDir, listen, installation }) => ({
      command: join(installation.binDir, 'node'),
      args: [join(installation.binDir, 'engine.mjs'), dataDir, runDir, listen.address, String(listen.port)],
      env: {},
    }),
    stopSignals: { graceful: 'SIGINT', immediate: 'SIGTERM' },
    reloadSignal: 'SIGCONT',
    findProcess: async ({ dataDir }) => {
      const pid = Number(await readFile(join(dataDir, 'engine.pid'), 'utf8').catch(() => ''))
      if (pid === 0) return null
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return commandLine.includes(dataDir) ? pid : null
    },
    isEnding: async ({ dataDir }) => existsSync(join(dataDir, 'ending')),
    waitReady: async (instance, signal) => {
      while (!(await answers(instance))) await delay(10, undefined, { signal })
    },
    checkEndpoint: async () => {},
    checkHealth: async (instance, signal) => {
      await assertAnswers(instance, signal)
      return 'uncut'
    },
    ensureDatabases: async (instance, wishes) => {
      await assertAnswers(instance)
      await writeFile(join(instance.dataDir, 'databases'), wishes.map(({ name }) => name).join('\n'))
    },
    ensureUsers: async (instance, wishes) => {
      await assertAnswers(instance)
      const lines = wishes.map(({ name, password }) => `${name} ${password.length}`)
      await writeFile(join(instance.dataDir, 'users'), lines.join('\n'))
    },
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

const assertAnswers = async (instance: EngineInstance, signal?: AbortSignal): Promise<void> => {
  const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
  if (await Promise.race([answers(instance), aborted])) return
  throw new EngineFault('ENGINE_UNREACHABLE', 'nobody answers on the port', { retryable: true })
}

const answers = ({ listen }: EngineInstance): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: listen.address, port: listen.port })
    socket.setEncoding('utf8')
    socket.once('data', (text) => {
      socket.destroy()
      resolve(String(text).startsWith('at your service'))
    })
    socket.on('error', () => resolve(false))
    socket.once('end', () => resolve(false))
  })
