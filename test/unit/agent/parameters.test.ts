import { mkdir, readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { EngineDriver } from '../../../agent/engines/engine.ts'
import type { Installed } from '../../../agent/installations.ts'
import { createParameters } from '../../../agent/parameters.ts'
import type { Trials } from '../../../agent/trials.ts'
import type { Parameter } from '../../../domain/values/parameter.ts'
import { exampleParameter } from '../../support/example-parameter.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { hostId } from '../domain/samples.ts'

const directory = createTempDir('parameters')
const never = new AbortController().signal
const catalogue = [exampleParameter('work_mem')]
const installed: Installed = {
  driver: {} as EngineDriver,
  installation: { datastore: 'postgresql', version: '17.10', source: 'npm', binDir: '/' },
}

const open = async () => {
  const templates = directory.next()
  await mkdir(templates)
  const read = Promise.withResolvers<readonly Parameter[]>()
  let trialsBegun = 0
  const trials = {
    withEngine: () => {
      trialsBegun += 1
      return read.promise
    },
  } as Partial<Trials> as Trials
  const parameters = createParameters({
    ...quietKernel,
    hostId: hostId(),
    layout: { templates },
    templates: { nameOf: () => 'template' },
    trials,
    journal: { report: () => {} },
    reporter: { wake: () => {} },
  })
  return { parameters, read, templates, trialsBegun: () => trialsBegun }
}

describe('the parameters of a build', () => {
  it('are read by one trial for all who ask, and kept', async () => {
    const { parameters, read, templates, trialsBegun } = await open()
    const asked = [parameters.of(installed, never), parameters.of(installed, never)]
    read.resolve(catalogue)
    expect(await Promise.all(asked)).toEqual([catalogue, catalogue])
    expect(await parameters.of(installed, never)).toEqual(catalogue)
    expect(trialsBegun()).toBe(1)
    expect(await readdir(templates)).toEqual(['template.parameters-1.json'])
  })

  it('are not waited for any more by who is told to stop, and read for the others all the same', async () => {
    const { parameters, read } = await open()
    const stopping = new AbortController()
    const given = parameters.of(installed, stopping.signal)
    const other = parameters.of(installed, never)
    stopping.abort(new Error('the agent is stopping'))
    await expect(given).rejects.toThrow('the agent is stopping')
    read.resolve(catalogue)
    expect(await other).toEqual(catalogue)
  })
})
