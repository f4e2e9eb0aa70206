import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { freePort } from '../../support/free-ports.ts'
import { noRedisServer } from '../../support/redis/redis-server.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { readCompose } from '../../unit/ops/deploy/deployment.ts'

const temp = createTempDir('deployed-redis')

it('starts a Redis by the command of the Compose file: with a password that no command line shows, and stopped by a signal', async (context) => {
  const missing = noRedisServer()
  if (missing) return context.skip(missing)
  const directory = temp.next()
  mkdirSync(directory)
  const port = await freePort()
  const [shell = '', ...args] = readCompose().services.redis?.command ?? []
  // As Compose hands it on, and as the container has it: a directory and a port of its own.
  const [script = '', ...options] = args.map((each) => each.replaceAll('$$', '$')).toReversed()
  const contained = script.replace('dir /data', `dir ${directory}\nport ${port}\nbind 127.0.0.1`)
  const password = randomUUID()
  const server = spawn(shell, [...options, contained], {
    env: { PATH: process.env.PATH, REDIS_PASSWORD: password },
    stdio: 'ignore',
  })
  const ended = once(server, 'exit')
  const client = new Redis({ port, password, lazyConnect: true, retryStrategy: () => 50 })
  client.on('error', () => {})
  try {
    await waitFor('Redis to answer', () => client.ping().catch(() => null))
    expect(await client.config('GET', 'maxmemory-policy')).toContain('noeviction')
    const stranger = new Redis({ port, lazyConnect: true, retryStrategy: () => null })
    stranger.on('error', () => {})
    await expect(stranger.get('key')).rejects.toThrow(/NOAUTH/)
    stranger.disconnect()
    const commandLine = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')
    expect(commandLine).toContain('redis-server')
    expect(commandLine).not.toContain(password)
    server.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  } finally {
    client.disconnect()
    server.kill('SIGKILL')
    await ended
  }
}, 60_000)
