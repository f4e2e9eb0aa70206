import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type EngineInstance, unlimited } from '../../../../../agent/engines/engine.ts'
import { configure } from '../../../../../agent/engines/redis/configuration/configuration.ts'
import { parseFlavorId } from '../../../../../domain/ids.ts'
import { createTempDir } from '../../../../support/temp-dir.ts'

const directory = createTempDir('redis-configuration')

const open = () => {
  const home = directory.next()
  const [dataDir, runDir] = [join(home, 'data'), join(home, 'run')]
  for (const each of [dataDir, runDir]) mkdirSync(each, { recursive: true })
  const spec = { vcpus: 1, memoryMiB: 1024, volumeGiB: 1, flavor: parseFlavorId('small') }
  const instance: EngineInstance = {
    nodeId: 'a-node',
    spec: { datastore: 'redis', version: '7.0.15', ...spec },
    installation: { datastore: 'redis', version: '7.0.15', source: 'system', binDir: '/usr/bin' },
    owner: null,
    dataDir,
    runDir,
    logFile: join(home, 'log'),
    listen: { address: '127.0.0.1', port: 15_432 },
    publishedAs: '127.0.0.1',
    tls: { certificate: '/tls/server.crt', key: '/tls/server.key', ca: '/tls/ca.crt' },
    monitorPassword: 'a secret of the agent',
  }
  return { instance, users: join(dataDir, 'users.acl') }
}

describe('the file of users of a Redis that does not run', () => {
  it('is made where there is none, and keeps the users of people', async () => {
    const { instance, users } = open()
    await configure(instance, unlimited)
    writeFileSync(users, `${readFileSync(users, 'utf8')}user ann on ~* +@all\n`)
    await configure(instance, unlimited)
    expect(readFileSync(users, 'utf8')).toContain('user ann on ~* +@all\n')
  })

  it('is not written anew where it is there and cannot be read', async () => {
    const { instance, users } = open()
    symlinkSync(users, users)
    await expect(configure(instance, unlimited)).rejects.toMatchObject({ code: 'CONFIGURE_FAILED' })
    expect(lstatSync(users).isSymbolicLink()).toBe(true)
  })
})
