import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programDir } from '../../../ops/program-info.ts'
import { generatedPages, pathOf } from '../../../ops/reference/pages.ts'

const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: programDir }).sort()

describe('the documents', () => {
  it.each(generatedPages)('have $path as the code generates it (npm run docs)', async (page) => {
    expect(readFileSync(pathOf(page), 'utf8')).toBe(await page.text())
  })

  it.each(pages)('link in %s only to files and folders that exist', (page) => {
    const text = readFileSync(join(programDir, page), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(join(programDir, dirname(page), path)))).toEqual([])
  })

  it('are all reached from the README', () => {
    const reached = new Set(['README.md'])
    for (const page of reached) {
      const text = readFileSync(join(programDir, page), 'utf8')
      for (const [, link = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+\.md)[^)]*\)/g))
        reached.add(join(dirname(page), link))
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([])
  })

  it('begin with a README of at most 8 KB', () => {
    expect(readFileSync(join(programDir, 'README.md')).byteLength).toBeLessThanOrEqual(8192)
  })
})
