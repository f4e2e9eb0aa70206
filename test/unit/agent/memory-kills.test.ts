import { describe, expect, it } from 'vitest'
import { memoryKillsIn } from '../../../agent/isolation/cgroups.ts'

const lines = (...each: readonly string[]): string => each.map((line) => `${line}\n`).join('')

describe('the processes that the kernel ended for want of memory', () => {
  it.each([
    ['version 2', lines('low 0', 'high 0', 'max 1423', 'oom 3', 'oom_kill 2', 'oom_group_kill 1'), 2],
    ['version 2 of an older kernel', lines('low 0', 'high 0', 'max 17', 'oom 1', 'oom_kill 12'), 12],
    ['version 2 that only slowed its processes down', lines('low 0', 'high 9', 'max 4', 'oom 1', 'oom_kill 0'), 0],
    ['version 1', lines('oom_kill_disable 0', 'under_oom 0', 'oom_kill 3'), 3],
    ['version 1 while it waits for memory', lines('oom_kill_disable 1', 'under_oom 1', 'oom_kill 0'), 0],
    ['version 1 before Linux 4.13, which does not count', lines('oom_kill_disable 0', 'under_oom 0'), null],
    ['a file that was not written yet', '', null],
  ])('are counted by %s', (_, text, expected) => {
    expect(memoryKillsIn(text)).toBe(expected)
  })
})
