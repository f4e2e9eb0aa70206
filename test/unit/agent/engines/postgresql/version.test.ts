import { describe, expect, it } from 'vitest'
import { majorOf, parseServerVersion } from '../../../../../agent/engines/postgresql/version.ts'
import { compareVersions } from '../../../../../domain/values/version.ts'

describe('the version of a PostgreSQL', () => {
  it.each([
    ['postgres (PostgreSQL) 17.10\n', '17.10'],
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n', '15.18'],
    ['postgres (PostgreSQL) 16.3 (Ubuntu 16.3-1.pgdg22.04+1)', '16.3'],
  ])('is read from %j as %s', (printed, version) => {
    expect(parseServerVersion(printed)).toBe(version)
  })

  it.each([
    '',
    'postgres (PostgreSQL) 19devel',
    'postgres (PostgreSQL) 18beta1',
    'postgres (PostgreSQL) 18rc1 (Debian 18~rc1)',
    'psql (PostgreSQL) 17.10',
    'postgres (EnterpriseDB) 17.10.0',
    'warning\npostgres (PostgreSQL) 17.10',
  ])('is not read from %j', (printed) => {
    expect(parseServerVersion(printed)).toBeNull()
  })

  it('is ordered by number', () => {
    expect(['17.9', '18.4', '17.10', '15.18'].sort(compareVersions)).toEqual(['15.18', '17.9', '17.10', '18.4'])
    expect(majorOf('17.10')).toBe(17)
  })
})
