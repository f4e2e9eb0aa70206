import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../../ops/cli/program.ts'
import { clientVariables, settings } from '../../../../ops/config/settings.ts'
import { programDir } from '../../../../ops/program-info.ts'
import { deploymentTexts, shellLines } from './deployment.ts'

const texts = [...deploymentTexts()]
const pages = texts.filter(([path]) => path.startsWith('docs/runbook/'))

describe('what is deployed, and the runbook', () => {
  it.each(texts)('names in %s only variables the program knows', (_path, text) => {
    const known = new Set([...Object.values(settings).map(({ variable }) => variable), ...Object.keys(clientVariables)])
    const named = [...text.matchAll(/COFFER_[A-Z][A-Z_]*/g)].map(([name]) => name)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it.each(pages)('leads in %s only to pages and files that exist', (path, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join(programDir, dirname(path), link)))).toEqual([])
    const files = [...text.matchAll(/(?:^|[\s/`])((?:ops|docs|test)\/[\w./-]*[\w-])/gm)].map(([, file = '']) => file)
    // Made by the operator.
    const made = files.filter((file) => !file.startsWith('ops/deploy/secrets'))
    expect(made.filter((file) => !existsSync(join(programDir, file)))).toEqual([])
  })

  it('uses only commands and options of the client that exist', () => {
    const program = createProgram({
      run: async () => {},
      serve: async () => 0,
      engines: () => Promise.reject(new Error('nothing is run here')),
      setExitCode: () => {},
      print: () => {},
    })
    const used = pages.flatMap(([, text]) => [
      ...shellLines(text).map(
        (line) => /(?:^|[\s'])coffer ((?:instance|host|operation|admin|events)\b[^'|]*)/.exec(line)?.[1],
      ),
      ...[...text.matchAll(/`coffer ([^`]+)`/g)].map(([, line]) => line),
    ])
    const lines = used.filter((line) => line !== undefined)
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect(unknownIn(program, line.trim().split(' ')), line).toEqual([])
  })
})

/** The words of a command line that lead nowhere. */
const unknownIn = (program: Command, words: readonly string[]): readonly string[] => {
  let command = program
  const unknown: string[] = []
  let isValue = false
  for (const word of words) {
    if (word.startsWith('-')) {
      const option = command.options.find(({ short, long }) => word === short || word === long)
      if (!option) unknown.push(word)
      isValue = option?.required ?? false
      continue
    }
    if (isValue) {
      isValue = false
      continue
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (next) command = next
    else if (command.commands.length > 0) unknown.push(word)
  }
  return unknown
}
