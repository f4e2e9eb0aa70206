import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationTables } from '../../../ops/config/table.ts'
import { programDir } from '../../../ops/program-info.ts'

const readme = readFileSync(join(programDir, 'README.md'), 'utf8')

describe('the README', () => {
  it('has the configuration as the program knows it', () => {
    const [, shown] = /<!-- configuration: begin -->\n([\s\S]*?)\n<!-- configuration: end -->/.exec(readme) ?? []
    expect(shown).toBe(configurationTables())
  })

  it('names only files and folders that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path = '']) => path)
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((path) => !existsSync(join(programDir, path)))).toEqual([])
  })
})
