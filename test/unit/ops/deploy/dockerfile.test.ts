import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, projectRoot, readSourceFiles } from '../../../support/source-files.ts'
import { readDeployed } from './deployment.ts'

const instructions = readDeployed('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
const lastFrom = instructions.findLastIndex((line) => line.startsWith('FROM '))
const final = instructions.slice(lastFrom)
const copied = instructions.slice(0, lastFrom).flatMap((line) => /^COPY (\w+) \w+$/.exec(line)?.[1] ?? [])

describe('the Dockerfile', () => {
  it('runs the program as an account without privileges, with nothing between it and its signals', () => {
    const user = final.indexOf('USER coffer')
    expect(user).toBeGreaterThan(final.findIndex((line) => line.includes('useradd')))
    expect(final.filter((line) => line.startsWith('USER '))).toHaveLength(1)
    const [entrypoint = ''] = final.filter((line) => line.startsWith('ENTRYPOINT '))
    const command = JSON.parse(entrypoint.slice('ENTRYPOINT '.length)) as string[]
    expect(command[0]).toBe('node')
    expect(existsSync(join(projectRoot, (command.at(-1) ?? '').replace('/opt/coffer/', '')))).toBe(true)
  })

  it('is built on the Node that the program needs', () => {
    const stages = instructions.filter((line) => line.startsWith('FROM '))
    expect(stages).toHaveLength(2)
    for (const stage of stages) expect(stage).toMatch(/^FROM node:24-/)
  })

  it('has every folder that the server and the client import from, and lets each through to the build', () => {
    const files = new Map(readSourceFiles(copied).map((file) => [file.path, file]))
    const reached = new Set<string>()
    const follow = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      const file = files.get(path)
      if (!file) return
      for (const { kind, target } of importsOf(file)) if (kind === 'file') follow(target)
    }
    for (const program of ['ops/main.ts', 'ops/cli/main.ts', 'ops/deploy/prepare-engines.ts']) follow(program)
    expect(reached.size).toBeGreaterThan(100)
    expect([...reached].filter((path) => !files.has(path))).toEqual([])
    const allowed = readDeployed('Dockerfile.dockerignore').split('\n')
    expect(copied.filter((folder) => !allowed.includes(`!${folder}`))).toEqual([])
  })

  it('keeps secrets out of the build, whatever their directory is called', () => {
    const lines = readDeployed('Dockerfile.dockerignore').split('\n')
    // The last line that fits decides.
    expect(lines.slice(lines.indexOf('!ops') + 1).filter((line) => line !== '')).toEqual([
      'ops/deploy/*',
      '!ops/deploy/prepare-engines.ts',
    ])
  })
})
