import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePlan, parseVersions } from '../../../../agent/builds/apt.ts'
import { buildName, isWholeBuild, listBuilds, upstreamOf } from '../../../../agent/builds/builds.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

describe('the packages of a distribution', () => {
  it('have each version once, best first', () => {
    const madison = [
      ' mariadb-server-core | 1:10.11.19-0+deb12u1 | http://example.org/security bookworm-security/main amd64 Packages',
      ' mariadb-server-core | 1:10.11.18-0+deb12u1 | http://example.org/debian bookworm/main amd64 Packages',
      ' mariadb-server-core | 1:10.11.18-0+deb12u1 | http://example.com/debian bookworm/main amd64 Packages',
      '',
    ].join('\n')
    expect(parseVersions(madison)).toEqual(['1:10.11.19-0+deb12u1', '1:10.11.18-0+deb12u1'])
    expect(parseVersions('')).toEqual([])
  })

  it('are planned with their names, versions and sizes; what else apt says is no package', () => {
    const uris = [
      'Reading package lists...',
      "'http://example.org/liba/libaio1_0.3.113-4_amd64.deb' libaio1_0.3.113-4_amd64.deb 13360 MD5Sum:d1fd6f0e",
      "'http://example.org/m/mariadb-common_10.11.19-0%2bdeb12u1_all.deb' mariadb-common_1%3a10.11.19-0+deb12u1_all.deb 27624 ",
    ].join('\n')
    expect(parsePlan(uris)).toEqual([
      { name: 'libaio1', version: '0.3.113-4', bytes: 13_360 },
      { name: 'mariadb-common', version: '1:10.11.19-0+deb12u1', bytes: 27_624 },
    ])
  })

  it.each([
    ['1:10.11.19-0+deb12u1', '10.11.19-0+deb12u1_2', '10.11.19'],
    ['5:7.0.15-1~deb12u10', '7.0.15-1~deb12u10_2', '7.0.15'],
    ['1:10.11.13-0ubuntu0.24.04.1', '10.11.13-0ubuntu0.24.04.1_2', '10.11.13'],
  ])('%s is a build of the engine that they hold', (version, name, upstream) => {
    expect(buildName(version, ['server', 'client'])).toBe(name)
    expect(isWholeBuild(name, ['server', 'client'])).toBe(true)
    expect(isWholeBuild(name, ['server', 'client', 'backup'])).toBe(false)
    expect([upstreamOf(version), upstreamOf(name)]).toEqual([upstream, upstream])
  })

  it('are listed as builds, newest first, without those that are being made', async () => {
    const directory = createTempDir('builds').next()
    const names = ['10.11.9-0+deb12u1', '10.11.19-0+deb12u2', '.taking-x', '10.11.19-0+deb12u10']
    for (const name of names) mkdirSync(join(directory, name), { recursive: true })
    expect((await listBuilds(directory)).map((path) => basename(path))).toEqual([
      '10.11.19-0+deb12u10',
      '10.11.19-0+deb12u2',
      '10.11.9-0+deb12u1',
    ])
    expect(await listBuilds(join(directory, 'none'))).toEqual([])
  })
})
