import { describe, expect, it } from 'vitest'
import { stageOf, useInWords, type VolumeUse } from '../../../../domain/values/volume-use.ts'

const mib = 1024 ** 2
const bytes = (usedMiB: number, sizeMiB: number): VolumeUse => ({
  bytes: { used: usedMiB * mib, available: (sizeMiB - usedMiB) * mib },
  files: null,
})
const withFiles = (used: number, size: number): VolumeUse => ({
  ...bytes(100, 1000),
  files: { used, available: size - used },
})

describe('the stage of a volume', () => {
  it.each([
    [700, 'ROOMY'],
    [810, 'FILLING'],
    [910, 'NEARLY_FULL'],
    [960, 'FULL'],
    [1000, 'FULL'],
  ])('with %i of 1000 MiB taken is %s', (usedMiB, stage) => {
    expect(stageOf(bytes(usedMiB, 1000), 'ROOMY')).toBe(stage)
  })

  it('is FULL while the last gigabyte of a large one is left, and not sooner', () => {
    expect(stageOf(bytes(998_000, 1_000_000), 'ROOMY')).toBe('NEARLY_FULL')
    expect(stageOf(bytes(999_100, 1_000_000), 'ROOMY')).toBe('FULL')
  })

  it('follows the number of files where it is scarcer', () => {
    expect(stageOf(withFiles(60_000, 65_536), 'ROOMY')).toBe('NEARLY_FULL')
    expect(stageOf(withFiles(65_500, 65_536), 'ROOMY')).toBe('FULL')
  })

  it('is left only when a quarter more is free than it was entered at', () => {
    expect(stageOf(bytes(945, 1000), 'FULL')).toBe('FULL')
    expect(stageOf(bytes(930, 1000), 'FULL')).toBe('NEARLY_FULL')
    expect(stageOf(bytes(760, 1000), 'FILLING')).toBe('FILLING')
    expect(stageOf(bytes(740, 1000), 'FILLING')).toBe('ROOMY')
  })
})

describe('the use of a volume in words', () => {
  it('tells share and amounts', () => {
    expect(useInWords(bytes(974, 1000))).toBe('volume 97 % full (974 of 1000 MiB)')
  })

  it('tells of files where these are scarcer', () => {
    expect(useInWords(withFiles(65_500, 65_536))).toBe('volume 99 % full (65500 of 65536 files)')
  })

  it('calls a volume without any room full', () => {
    expect(useInWords(bytes(0, 0))).toBe('volume 100 % full (0 of 0 MiB)')
  })
})
