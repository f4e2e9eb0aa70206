import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { ensureOnPath } from '../fetched-engines.ts'
import { freePort } from '../free-ports.ts'
import { waitFor } from '../wait-for.ts'

/** A `redis-server` of our own, on a free port of this machine, in a directory of its own. */
export type RedisServer = {
  readonly port: number
  readonly url: string
  /** A connection to look and meddle with. Closed with the server. */
  readonly admin: Redis
  /** Ends the process as `kill -9` does; its port refuses from then on. */
  readonly kill: () => Promise<void>
  /** Starts it again, on the same port and directory, after `kill`. */
  readonly start: () => Promise<void>
  /** Stops the process from running without closing a connection, and lets it go on. */
  readonly freeze: () => void
  readonly thaw: () => void
  readonly stop: () => Promise<void>
}

/** Why there can be none here, null if there can. */
export const noRedisServer = (): string | null => missing

const missing = await ensureOnPath('redis', 'redis-server')

export type RedisServerOptions = {
  /** Of `redis-server`, beyond those for a server that keeps nothing on disk. */
  readonly args?: readonly string[]
  readonly password?: string
  /** Puts files into the server's directory and gives the arguments that come first. */
  readonly beforeStart?: (dir: string) => readonly string[]
}

export const startRedisServer = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
  const { args = [], password, beforeStart = () => [] } = options
  const dir = mkdtempSync(join(tmpdir(), 'coffer-redis-'))
  const port = await freePort()
  const url = `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`
  const first = beforeStart(dir)
  const unsaved = first.length > 0 ? [] : ['--save', '']
  const secured = password ? ['--requirepass', password] : []
  let child: ChildProcess | null = null
  const admin = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 })
  admin.on('error', () => {})

  const start = async (): Promise<void> => {
    const fixed = [...first, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--loglevel', 'warning']
    child = spawn('redis-server', [...fixed, ...unsaved, ...secured, ...args], { stdio: 'ignore' })
    await waitFor('redis-server to answer', () => isAnswering(url))
  }
  const kill = async (): Promise<void> => {
    if (!child) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    child = null
  }
  await start()
  return {
    port,
    url,
    admin,
    kill,
    start,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    stop: async () => {
      admin.disconnect()
      await kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const isAnswering = async (url: string): Promise<boolean> => {
  const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  probe.on('error', () => {})
  try {
    return (await probe.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    probe.disconnect()
  }
}
