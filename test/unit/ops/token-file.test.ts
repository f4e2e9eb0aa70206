import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createTokenFile } from '../../../ops/compose/token-file.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('token-file')
const [first, second] = ['a'.repeat(40), 'b'.repeat(40)]

const open = (text: string) => {
  const directory = temp.next()
  mkdirSync(directory)
  const path = join(directory, 'admin-token')
  const put = (next: string): void => {
    writeFileSync(`${path}.new`, next)
    renameSync(`${path}.new`, path)
  }
  put(text)
  const problems: string[] = []
  let now = 0
  const tokens = createTokenFile(path, { nowMs: () => now, onProblem: (problem) => problems.push(problem) })
  const later = (): readonly string[] => {
    now += 1000
    return tokens()
  }
  return { path, put, later, tokens, problems }
}

describe('the file with the admin token', () => {
  it('is followed when it changes: both tokens while it holds two, then the new one alone', () => {
    const { put, later, tokens } = open(`${first}\n`)
    expect(tokens()).toEqual([first])
    put(`${second}\n${first}\n`)
    expect(later()).toEqual([second, first])
    put(`${second}\n`)
    expect(later()).toEqual([second])
  })

  it.each([
    ['something else', 'hunter2\n'],
    ['nothing', '\n'],
    ['three tokens', `${first}\n${first}\n${first}\n`],
  ])('leaves the former in force when it holds %s, which is said once and not shown', (_what, text) => {
    const { put, later, problems } = open(first)
    put(text)
    expect([later(), later(), later()]).toEqual([[first], [first], [first]])
    expect(problems).toHaveLength(1)
    expect(problems[0]).not.toContain('hunter2')
    put(second)
    expect(later()).toEqual([second])
  })

  it('leaves the former in force while it is gone', () => {
    const { path, later, problems } = open(first)
    rmSync(path)
    expect([later(), later()]).toEqual([[first], [first]])
    expect(problems).toEqual([expect.stringContaining('cannot be read (ENOENT)')])
  })

  it('keeps a server from starting when it holds no token', () => {
    expect(() => open('hunter2')).toThrow('something else, not shown here')
  })
})
