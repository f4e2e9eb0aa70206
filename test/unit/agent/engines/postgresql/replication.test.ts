import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { EngineInstance } from '../../../../../agent/engines/engine.ts'
import { withReplication } from '../../../../../agent/engines/postgresql/backup/replication.ts'
import { createTempDir } from '../../../../support/temp-dir.ts'

const directory = createTempDir('replication')

it('begins a session whatever the environment has for clients of PostgreSQL', async () => {
  vi.stubEnv('PGSSLNEGOTIATION', 'direct')
  vi.stubEnv('PGOPTIONS', '-c nonsense=1')
  vi.stubEnv('PGREPLICATION', 'database')
  const told = Promise.withResolvers<string>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) => {
      told.resolve(bytes.toString('latin1', 8))
      socket.destroy()
    })
  })
  await new Promise<void>((listening) => server.listen(join(directory.path, '.s.PGSQL.5432'), listening))
  const instance = { runDir: directory.path, listen: { address: '127.0.0.1', port: 5432 } } as EngineInstance
  try {
    const session = withReplication(instance, AbortSignal.timeout(5000), async () => undefined)
    await expect(session).rejects.toMatchObject({ code: 'BACKUP_FAILED', retryable: true })
    const words = (await told.promise).split('\0')
    const settings = Object.fromEntries(words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1]]] : [])))
    expect(settings).toMatchObject({ user: 'postgres', replication: 'true', application_name: 'coffer-backup' })
    expect(settings.options).toBe('-c DateStyle=ISO')
  } finally {
    server.close()
    vi.unstubAllEnvs()
  }
})
