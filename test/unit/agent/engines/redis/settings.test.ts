import { describe, expect, it } from 'vitest'
import { type EngineInstance, unlimited } from '../../../../../agent/engines/engine.ts'
import { liveSettings, renderSettings, settingsOf } from '../../../../../agent/engines/redis/configuration/settings.ts'
import { parseFlavorId } from '../../../../../domain/ids.ts'

const instance: EngineInstance = {
  nodeId: 'an-instance',
  spec: {
    datastore: 'redis',
    version: '7.0.15',
    flavor: parseFlavorId('small'),
    vcpus: 1,
    memoryMiB: 1024,
    volumeGiB: 1,
  },
  installation: { datastore: 'redis', version: '7.0.15', source: 'system', binDir: '/usr/bin' },
  owner: null,
  dataDir: '/data',
  runDir: '/run/of it',
  logFile: '/log',
  listen: { address: '127.0.0.1', port: 15_432 },
  publishedAs: '127.0.0.1',
  tls: { certificate: '/tls/server.crt', key: '/tls/server.key', ca: '/tls/ca.crt' },
  monitorPassword: 'a secret of the agent',
}

describe('the settings of a Redis', () => {
  it('leave a quarter of the memory for what is there twice while the log is rewritten', () => {
    expect(settingsOf(instance, unlimited)).toMatchObject({ maxmemory: '768mb', maxclients: 4096 })
    const largest = { ...instance, spec: { ...instance.spec, memoryMiB: 65_536 } }
    expect(settingsOf(largest, unlimited)).toMatchObject({ maxclients: 10_000 })
  })

  it('let nobody in without TLS, and nobody at all while clients are kept out', () => {
    expect(settingsOf(instance, unlimited)).toMatchObject({ port: 0, 'tls-port': 15_432 })
    expect(settingsOf(instance, { clients: 'kept-out', volume: 'FULL' })).toMatchObject({ port: 0, 'tls-port': 0 })
  })

  it('hold no password', () => {
    expect(renderSettings(settingsOf(instance, unlimited))).not.toContain(instance.monitorPassword)
  })

  it('are changed in an engine that runs where they depend on what happens to it', () => {
    const [usual, full] = [unlimited, { clients: 'kept-out', volume: 'FULL' } as const].map((limits) =>
      settingsOf(instance, limits),
    )
    const changing = Object.keys(usual ?? {}).filter((name) => usual?.[name] !== full?.[name])
    expect(changing).toEqual(expect.arrayContaining(['maxmemory', 'tls-port']))
    expect(liveSettings).toEqual(expect.arrayContaining(changing))
  })

  it('are written as Redis reads them', () => {
    expect(renderSettings({ bind: '127.0.0.1', dir: '/a "b" \\c', save: '' })).toBe(
      'bind 127.0.0.1\ndir "/a \\"b\\" \\\\c"\nsave ""\n',
    )
  })
})
