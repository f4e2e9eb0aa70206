import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { breakingProblems } from '../../../ops/dev/breaking-changes.ts'
import { programDir } from '../../../ops/program-info.ts'

const read = (path: string): string => readFileSync(join(programDir, path), 'utf8')

describe('the contract of the API', () => {
  it('breaks no client of the last release without the changelog saying so', async () => {
    const contracts = {
      released: read('graphql/released.graphql'),
      current: read('graphql/schema.graphql'),
      changelog: read('CHANGELOG.md'),
    }
    expect(await breakingProblems(contracts)).toEqual([])
  })
})

describe('a change of the contract', () => {
  const released =
    'type Query { old: Int @deprecated(reason: "use b") b(x: Int): Int c: Int } enum E { A B } input I { a: Int }'
  const problems = (current: string, changelog = '') => breakingProblems({ released, current, changelog })

  it('is free where no client notices', async () => {
    expect(await problems(`${released} type New { a: Int }`)).toEqual([])
    expect(await problems(released.replace('c: Int', 'c: Int! d: Int'))).toEqual([])
  })

  it('that breaks a client has to be named in the section of the next release, and in no other', async () => {
    const current = released.replace('input I { a: Int }', 'input I { a: Int! }')
    expect(await problems(current)).toEqual([expect.stringContaining('name `I.a` in the unreleased section')])
    expect(await problems(current, '# Changelog\n\n## 2.0 (unreleased)\n\n- `I.a` is needed.\n\n## 1.0\n')).toEqual([])
    expect(await problems(current, '## 2.0 (unreleased)\n\n## 1.0\n\n- `I.a` is needed.\n')).toHaveLength(1)
  })

  it('removes nothing that was not deprecated before, whatever the changelog says', async () => {
    const changelog = '## 2.0 (unreleased)\n`Query.old` `Query.c` `E.B` are gone'
    expect(await problems(released.replace(/old: Int @deprecated\(.*?\)/, ''), changelog)).toEqual([])
    expect(await problems(released.replace('c: Int', ''), changelog)).toEqual([expect.stringContaining('deprecate it')])
    expect(await problems(released.replace('A B', 'A'), changelog)).toEqual([expect.stringContaining('deprecate it')])
  })
})
