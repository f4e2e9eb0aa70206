import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openInstanceLimit } from '../../../agent/instance-limit.ts'
import { countAccounts } from '../../../agent/isolation/unix-users.ts'
import { freePortRange } from '../../support/free-ports.ts'
import { silentLog } from '../../support/silent-log.ts'

const manyIds = { first: 40_000, last: 49_999 }
const run = () => Promise.reject(new Error('nothing is to be run'))

describe('how many instances a host can have', () => {
  it('is limited by its ports where those are fewest, and is looked at again after a while', async () => {
    const { first } = await freePortRange(3)
    const ports = { first, last: first + 2 }
    let elapsedMs = 0
    const limit = await openInstanceLimit(
      {
        ports,
        records: { all: () => [] },
        accountIds: manyIds,
        volumeKind: 'directory',
        enginesRoot: '/nonexistent',
        name: 'test',
        run,
        log: silentLog,
        elapsedMs: () => elapsedMs,
      },
      new AbortController().signal,
    )
    expect(limit.current()).toEqual({ atMost: 3, limitedBy: 'ports' })
    ports.last = first
    await limit.renew()
    expect(limit.current().atMost).toBe(3)
    elapsedMs = 60_000
    await limit.renew()
    expect(limit.current()).toEqual({ atMost: 1, limitedBy: 'ports' })
  })

  it('is limited by accounts and processes, of which every host has some', async () => {
    expect(countAccounts(new Set(), manyIds)).toBeGreaterThan(0)
    const limit = await openInstanceLimit(
      {
        ports: { first: 1, last: 65_535 },
        records: { all: () => [] },
        accountIds: manyIds,
        volumeKind: 'directory',
        enginesRoot: '/nonexistent',
        name: 'test',
        run,
        log: silentLog,
        elapsedMs: () => 0,
      },
      new AbortController().signal,
    )
    expect(['accounts', 'processes']).toContain(limit.current().limitedBy)
    expect(limit.current().atMost).toBeLessThanOrEqual(countAccounts(new Set(), manyIds))
  })

  it('is limited by the accounts of its range, less one that is lent, and counts own ones that have other ids', () => {
    const [root, ...others] = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '')
    // Nobody has ids up there.
    const free = { first: 2_000_000_000, last: 2_000_000_004 }
    expect(countAccounts(new Set(), free)).toBe(4)
    expect(countAccounts(new Set([root ?? '']), free)).toBe(5)
    expect(countAccounts(new Set(), { first: 0, last: 0 })).toBe(0)
    expect(countAccounts(new Set([root ?? '']), { first: 0, last: 1 })).toBe(others.length > 0 ? 0 : 1)
  })
})
