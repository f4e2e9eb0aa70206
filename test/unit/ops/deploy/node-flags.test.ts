import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programDir } from '../../../../ops/program-info.ts'
import { agentUnits, controlRoles, readDeployed } from './deployment.ts'

const flagsIn = (text: string): readonly string[] => text.match(/--(?:disable-warning|max-semi-space-size)=\w+/g) ?? []
const flags = flagsIn(readFileSync(join(programDir, 'ops', 'bin', 'node.mjs'), 'utf8'))
const units = [...agentUnits, ...controlRoles.map((role) => `coffer-${role}.service`)]

describe('the flags of Node that the program is started with', () => {
  it('are there', () => {
    expect(flags).toHaveLength(2)
  })

  it.each(units)('are those of %s', (unit) => {
    const [start = ''] = readDeployed(join('systemd', unit)).match(/^ExecStart=.*$/m) ?? []
    expect(flagsIn(start)).toEqual(flags)
  })

  it('are those of the image, and of what the benchmark measures', () => {
    const [entrypoint = ''] = readDeployed('Dockerfile').match(/^ENTRYPOINT .*$/m) ?? []
    expect(flagsIn(entrypoint)).toEqual(flags)
    const measured = readFileSync(join(programDir, 'ops', 'bench', 'server', 'program-process.ts'), 'utf8')
    expect(flagsIn(measured)).toEqual(flags)
  })
})
