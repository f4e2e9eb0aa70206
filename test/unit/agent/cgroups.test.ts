import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  },
  {
    version: 'v2',
    open: openVersion2,
    memory: 'x/memory.max',
    cpu: 'x/cpu.max',
    quota: (vcpus: number) => `${vcpus * 100_000} 100000`,
    unlimited: 'max',
  },
])('the group of an instance ($version)', ({ open, memory, cpu, quota, unlimited }) => {
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
})
