import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { groupsOf, version1, version2 } from '../../../agent/isolation/cgroups.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const directories = createTempDir('cgroups')

const openVersion1 = (root: string) =>
  groupsOf(
    systemTimers,
    'v1',
    Object.entries(version1).map(([controller, own]) => ({ parent: join(root, controller), ...own })),
  )
const openVersion2 = (root: string) => groupsOf(systemTimers, 'v2', [{ parent: root, ...version2 }])

/** A group `x` as the kernel shows it, whose processes were killed three times, with a limit of 320 MiB and one CPU. */
const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'cgroups')
const mib = 1024 ** 2
/** The headroom of an engine comes on top. */
const bytesOf = (memoryMiB: number) => String((memoryMiB + 64) * mib)

describe.each([
  {
    version: 'v1',
    open: openVersion1,
    memory: 'memory/x/memory.limit_in_bytes',
    cpu: 'cpu/x/cpu.cfs_quota_us',
    quota: (vcpus: number) => String(vcpus * 100_000),
    unlimited: '9223372036854771712',
    kills: 'memory/x/memory.oom_control',
  },
  {
    version: 'v2',
    open: openVersion2,
    memory: 'x/memory.max',
    cpu: 'x/cpu.max',
    quota: (vcpus: number) => `${vcpus * 100_000} 100000`,
    unlimited: 'max',
    kills: 'x/memory.events',
  },
])('the group of an instance ($version)', ({ version, open, memory, cpu, quota, unlimited, kills }) => {
  const openAt = () => {
    const root = directories.next()
    const read = (file: string) => readFileSync(join(root, file), 'utf8')
    return { groups: open(root), read, limits: () => [read(memory), read(cpu)], root }
  }

  it('follows a larger size at once, and a smaller one in all but the memory of what runs', () => {
    const { groups, limits } = openAt()
    groups.ensure('x', { vcpus: 1, memoryMiB: 512 })
    expect(groups.follow('x', { vcpus: 2, memoryMiB: 1024 })).toBe(false)
    expect(limits()).toEqual([bytesOf(1024), quota(2)])
    expect(groups.follow('x', { vcpus: 1, memoryMiB: 256 })).toBe(true)
    expect(limits()).toEqual([bytesOf(1024), quota(1)])
    groups.ensure('x', { vcpus: 1, memoryMiB: 256 })
    expect(limits()).toEqual([bytesOf(256), quota(1)])
    expect(groups.follow('x', { vcpus: 1, memoryMiB: 256 })).toBe(false)
  })

  it('gets its limits where it has none yet', () => {
    const { groups, limits, root } = openAt()
    expect(existsSync(join(root, memory))).toBe(false)
    expect(groups.follow('x', { vcpus: 1, memoryMiB: 256 })).toBe(false)
    expect(limits()).toEqual([bytesOf(256), quota(1)])
    mkdirSync(join(root, memory, '..'), { recursive: true })
    writeFileSync(join(root, memory), `${unlimited}\n`)
    expect(groups.follow('x', { vcpus: 1, memoryMiB: 256 })).toBe(false)
    expect(limits()).toEqual([bytesOf(256), quota(1)])
  })

  it('tells from the files of the kernel how often a process was killed for want of memory', () => {
    const root = directories.next()
    cpSync(join(fixtures, version), root, { recursive: true })
    const groups = open(root)
    expect(groups.memoryKills('x')).toBe(3)
    // They are the same files that limits are written to, and what was counted stays.
    groups.ensure('x', { vcpus: 2, memoryMiB: 512 })
    expect(groups.memoryKills('x')).toBe(3)
    expect(groups.memoryKills('another')).toBeNull()
    rmSync(join(root, kills))
    expect(groups.memoryKills('x')).toBeNull()
  })

  it('keeps the limit that the kernel shows while a smaller one is wished for', () => {
    const root = directories.next()
    cpSync(join(fixtures, version), root, { recursive: true })
    expect(open(root).follow('x', { vcpus: 2, memoryMiB: 128 })).toBe(true)
    expect(readFileSync(join(root, memory), 'utf8')).toBe(`${320 * mib}\n`)
    expect(readFileSync(join(root, cpu), 'utf8')).toBe(quota(2))
  })
})
