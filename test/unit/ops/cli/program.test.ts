import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../../../ops/cli/program.ts'

const folder = new URL('../../../../ops/cli/nouns/', import.meta.url)
const parts = {
  run: async () => {},
  serve: async () => 0,
  engines: () => Promise.reject(new Error('nothing is run here')),
  setExitCode: () => {},
  print: () => {},
}

describe('the command line', () => {
  it.each(readdirSync(folder))('has the verbs of nouns/%s', async (file) => {
    const adders = Object.values(await import(new URL(file, folder).href))
    expect(adders).toHaveLength(1)
    const found: string[] = []
    const own = createProgram(parts)
    const names = own.commands.map((command) => command.name())
    for (const add of adders) {
      const alone = own.createCommand()
      if (typeof add === 'function') add(alone, parts)
      found.push(...alone.commands.map((command) => command.name()))
    }
    expect(found.length).toBeGreaterThan(0)
    expect(names).toEqual(expect.arrayContaining(found))
  })
})
