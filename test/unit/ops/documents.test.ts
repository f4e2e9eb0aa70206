import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifest as clientManifest } from '../../../ops/client-package/build.ts'
import { programDir } from '../../../ops/program-info.ts'
import { generatedPages, pathOf } from '../../../ops/reference/pages.ts'
import { readSourceFiles } from '../../support/source-files.ts'

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

  /** Runs what a registry has under a name that may be anybody's, or what an address sends. */
  const foreign =
    /(?:^|[`'"$&;=1]\s*)(?:npx|npm (?:exec|x|init)|bunx|(?:pnpm|yarn) dlx)\s|\b(?:curl|wget)\b[^|\n]*\|\s*(?:sudo\s+)?\w*sh\b/m

  it('tell nobody to run code of strangers, and neither does the program', () => {
    const literals = /'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g
    const texts = [
      ...[...pages, 'ops/client-package/README.md', 'graphql/schema.graphql'].map((path) => ({
        path,
        text: readFileSync(join(programDir, path), 'utf8').replaceAll(/(Do not use|in place of) `npx coffer`/g, ''),
      })),
      ...readSourceFiles(['agent', 'commands', 'domain', 'graphql', 'kernel', 'ops', 'projections']).map(
        ({ path, text }) => ({
          path,
          text: [...text.replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '').matchAll(literals)]
            .map(([literal]) => literal)
            .join('\n'),
        }),
      ),
    ]
    expect(texts.filter(({ text }) => foreign.test(text)).map(({ path }) => path)).toEqual([])
    expect(['npx coffer', 'curl -s https://x.example/i | sh'].every((hint) => foreign.test(`${hint} `))).toBe(true)
  })

  it('are of packages that no registry gets by mistake, under names that are not for anybody to take', () => {
    const { name, private: isPrivate } = JSON.parse(readFileSync(join(programDir, 'package.json'), 'utf8'))
    for (const each of [
      { name, isPrivate },
      { name: clientManifest.name, isPrivate: clientManifest.private },
    ]) {
      expect(each).toEqual({ name: expect.stringMatching(/^@coffer-dbaas\/\w+$/), isPrivate: true })
    }
  })

  it('begin with a README of at most 8 KB', () => {
    expect(readFileSync(join(programDir, 'README.md')).byteLength).toBeLessThanOrEqual(8192)
  })
})
