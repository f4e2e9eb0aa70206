import { describe, expect, it } from 'vitest'
import { type EngineInstance, unlimited } from '../../../../../agent/engines/engine.ts'
import {
  parseLiveSettings,
  renderSettings,
  settingsOf,
} from '../../../../../agent/engines/mariadb/configuration/settings.ts'
import { account, grantedOn, named, patternOf, quoted } from '../../../../../agent/engines/mariadb/sql.ts'
import { parseFlavorId } from '../../../../../domain/ids.ts'

const instanceOf = (memoryMiB: number, volumeGiB: number): EngineInstance => ({
  nodeId: '01a22897-b0e1-702b-b19b-6a49169edb1c',
  spec: { datastore: 'mariadb', version: '10.11.19', flavor: parseFlavorId('small'), vcpus: 1, memoryMiB, volumeGiB },
  installation: { datastore: 'mariadb', version: '10.11.19', source: 'system', binDir: '/usr/sbin' },
  owner: null,
  ...{ dataDir: '/d', runDir: '/r', logFile: '/l', publishedAs: '127.0.0.1', monitorPassword: 'x' },
  listen: { address: '127.0.0.1', port: 15_432 },
  tls: { certificate: '/t/c', key: '/t/k', ca: '/t/ca' },
})

describe('the settings of a MariaDB', () => {
  it.each([
    [256, 1, '102M', '64M', 24],
    [1024, 1, '614M', '64M', 88],
    [16_384, 100, '9830M', '1024M', 503],
  ])('follow %i MiB of memory and %i GiB of volume', (memory, volume, pool, log, connections) => {
    expect(settingsOf(instanceOf(memory, volume), unlimited)).toMatchObject({
      innodb_buffer_pool_size: pool,
      innodb_log_file_size: log,
      max_connections: connections,
    })
  })

  it('take what grows with use from no more than the memory', () => {
    for (const memory of [256, 1024, 4096]) {
      const settings = settingsOf(instanceOf(memory, 1), unlimited)
      const sizes = [
        'innodb_buffer_pool_size',
        'innodb_log_buffer_size',
        'key_buffer_size',
        'aria_pagecache_buffer_size',
      ]
      const mebibytes = sizes.reduce((sum, name) => sum + Number.parseInt(String(settings[name]), 10), 0)
      expect(mebibytes).toBeLessThan(memory * 0.75)
    }
  })

  it('are of one instance: no two servers have the same id', () => {
    const idOf = (nodeId: string) => settingsOf({ ...instanceOf(256, 1), nodeId }, unlimited).server_id
    expect(idOf('a')).not.toBe(idOf('b'))
    expect(idOf('a')).toBe(idOf('a'))
  })

  it.each([
    ['served', 'ROOMY', { init_connect: '', transaction_read_only: 'OFF' }],
    ['served', 'FULL', { init_connect: '', transaction_read_only: 'ON' }],
    ['kept-out', 'ROOMY', { init_connect: "SIGNAL SQLSTATE '08004'", transaction_read_only: 'OFF' }],
  ] as const)('are read back for a running server: clients %s, volume %s', (clients, volume, live) => {
    const text = renderSettings(settingsOf(instanceOf(256, 1), { clients, volume }))
    expect(parseLiveSettings(text)).toEqual(live)
  })

  it('are written so that a path with quotes and backslashes stays one', () => {
    expect(renderSettings({ datadir: 'a "b" \\c' })).toBe('[mariadbd]\ndatadir = "a \\"b\\" \\\\c"\n')
  })
})

describe('names and texts in statements', () => {
  it('mean themselves alone', () => {
    expect(quoted(`it's \\ "so"`)).toBe(`'it\\'s \\\\ "so"'`)
    expect(named('a`b')).toBe('`a``b`')
    expect(account({ user: 'app', host: patternOf(undefined) })).toBe(`'app'@'%'`)
    expect(account({ user: 'app', host: patternOf('10.1.16.0/20') })).toBe(`'app'@'10.1.16.0/255.255.240.0'`)
  })

  it('name one database in a grant, not those of a pattern', () => {
    expect(grantedOn('my_shop')).toBe('`my\\_shop`.*')
  })
})
