import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot, readSourceFiles } from '../support/source-files.ts'

const mostWords = 35
const layers = ['kernel', 'domain', 'commands', 'projections', 'graphql', 'agent', 'ops']

const pagesBelow = (folder: string): readonly string[] =>
  readdirSync(join(projectRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return pagesBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })

/** Comments, each as one line, and the literals in single quotes, which messages are written in. */
const proseOf = (text: string): readonly string[] => [
  ...[...text.matchAll(/\/\*\*?(.*?)\*\//gs)].map(([, body = '']) => body.replaceAll(/\n\s*\* ?/g, ' ')),
  ...[...text.matchAll(/(?:^[ \t]*\/\/[^\n]*\n?)+/gm)].map(([lines]) => lines.replaceAll(/\n?[ \t]*\/\/ ?/g, ' ')),
  ...[...text.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map(([, literal = '']) => literal),
]

const wordsIn = (sentence: string): number => sentence.split(/\s+/).filter(Boolean).length

describe('the language of the project', () => {
  it('writes "cannot" as one word, in code, tests and documents', () => {
    const twoWords = new RegExp(['can', 'not'].join(' '), 'i')
    const files = [
      ...readSourceFiles([...layers, 'test']),
      ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...pagesBelow('docs')].map((path) => ({
        path,
        text: readFileSync(join(projectRoot, path), 'utf8'),
      })),
    ]
    expect(files.filter(({ text }) => twoWords.test(text)).map(({ path }) => path)).toEqual([])
  })

  it(`keeps every sentence of a comment or message within ${mostWords} words`, () => {
    const long = readSourceFiles(layers).flatMap(({ path, text }) =>
      proseOf(text)
        .flatMap((prose) => prose.split(/(?<=[.;:!?])\s+/))
        .filter((sentence) => wordsIn(sentence) > mostWords)
        .map((sentence) => `${path}: ${sentence.trim()}`),
    )
    expect(long).toEqual([])
  })

  it('is looked through by rules that find what they are for', () => {
    const sentence = Array.from({ length: mostWords + 1 }, () => 'word').join(' ')
    expect(proseOf(`/** ${sentence}. */`).map(wordsIn)).toEqual([mostWords + 1])
    expect(proseOf(`  // ${sentence}\n`).map(wordsIn)).toEqual([mostWords + 1])
    expect(proseOf(`throw new Error('${sentence}')`).map(wordsIn)).toEqual([mostWords + 1])
  })
})
