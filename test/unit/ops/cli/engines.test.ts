import { describe, expect, it } from 'vitest'
import { BuildRefused } from '../../../../agent/engines/engine-setup.ts'
import { installEngine, type LoadEngines, listEngines } from '../../../../ops/cli/commands/engines.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { createOutput } from '../../../../ops/cli/output.ts'
import { isRefusal, type LocalEngine, type LocalEngines } from '../../../../ops/engines/local-engines.ts'

const found: readonly LocalEngine[] = [
  { datastore: 'redis', version: '7.0.15', source: 'system', directory: '/usr/bin' },
  { datastore: 'mariadb', version: null, source: 'coffer engines install mariadb', directory: null },
]

/** A command line on a machine with these engines, what it wrote, and for which data directories it looked. */
const machineWith = (install: LocalEngines['install'], environment: object = {}) => {
  const [out, err, looked]: [string[], string[], string[]] = [[], [], []]
  const stream = (to: string[]) => ({ write: (text: string) => to.push(text) > 0 })
  const terminal = { stdout: stream(out), stderr: stream(err) } as unknown as CliContext['terminal']
  const context = {
    ...{ terminal, environment, clone: '/srv/coffer' },
    output: createOutput('table', terminal),
    signal: new AbortController().signal,
  } as unknown as CliContext
  const load: LoadEngines = async (dataDir) => {
    looked.push(dataDir)
    return { engines: { list: async () => found, install }, isRefusal }
  }
  return { context, load, looked, out: () => out.join(''), err: () => err.join('') }
}
const never: LocalEngines['install'] = () => Promise.reject(new Error('nothing is to be installed'))

describe('the engines of a machine', () => {
  it('are listed, and those that are not here with the command that gets them', async () => {
    const { context, load, looked, out } = machineWith(never)
    await listEngines(load)(context)
    expect(out()).toMatch(/^redis +7\.0\.15 +system +\/usr\/bin$/m)
    expect(out()).toMatch(/^mariadb +- +not here: coffer engines install mariadb/m)
    expect(looked).toEqual(['/srv/coffer/data'])
  })

  it('are installed for the data directory of the server, with the progress on standard error', async () => {
    const wishes: object[] = []
    const { context, load, looked, out, err } = machineWith(
      async (wish, say) => {
        wishes.push(wish)
        say('downloading 7 packages, 8.5 MB')
        return { datastore: 'mariadb', version: '10.11.18', source: 'fetched', directory: '/d/usr/sbin' }
      },
      { COFFER_DATA_DIR: '/var/lib/coffer' },
    )
    await installEngine(load, 'mariadb', { version: '10.11.18' })(context)
    expect(wishes).toEqual([{ datastore: 'mariadb', version: '10.11.18' }])
    expect(err()).toBe('downloading 7 packages, 8.5 MB ...\n')
    expect(out()).toMatch(/^version +10\.11\.18$/m)
    expect(looked).toEqual(['/var/lib/coffer'])
  })

  it('that cannot be had are told with the reason, and end the command with 3', async () => {
    const { context, load } = machineWith(() => Promise.reject(new BuildRefused('no source has it')))
    await expect(installEngine(load, 'mariadb', {})(context)).rejects.toMatchObject({
      exitCode: 3,
      failure: { code: 'ENGINE_NOT_INSTALLED', message: 'no source has it' },
    })
    const broken = machineWith(never)
    await expect(installEngine(broken.load, 'mariadb', {})(broken.context)).rejects.toThrow('nothing is to be')
  })
})
