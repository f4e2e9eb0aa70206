import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EngineDriver } from '../../../agent/engines/engine.ts'
import type { Installed } from '../../../agent/installations.ts'
import type { Command } from '../../../agent/isolation/privileges.ts'
import { run } from '../../../agent/run.ts'
import { createTrials } from '../../../agent/trials.ts'
import { parseFlavorId } from '../../../domain/ids.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const directory = createTempDir('trials')
const spec = {
  datastore: 'postgresql' as const,
  version: '17.10',
  flavor: parseFlavorId('trial'),
  vcpus: 1,
  memoryMiB: 256,
  volumeGiB: 1,
}

const installedWith = (program: string): Installed => {
  const driver: Partial<EngineDriver> = {
    configure: async () => {},
    processSpec: () => ({ command: program, args: [], env: {} }),
    stopSignals: { graceful: 'SIGTERM', immediate: 'SIGKILL' },
    waitReady: async () => {},
  }
  const installation = { datastore: spec.datastore, version: spec.version, source: 'npm' as const, binDir: '/' }
  return { driver: driver as EngineDriver, installation }
}

const open = async () => {
  const made = async (): Promise<string> => {
    const path = directory.next()
    await mkdir(path)
    return path
  }
  const template = await made()
  const groups = new Set<string>()
  const cgroups = {
    ensure: (name: string) => void groups.add(name),
    join: () => {},
    remove: async (name: string) => void groups.delete(name),
  }
  const templates: Parameters<typeof createTrials>[0]['templates'] = {
    ensure: async () => template,
    withWorkshop: async (_, work) =>
      work({ directory: await made(), runDir: await made(), name: 'a trial', owner: null }),
  }
  const privileges = { drop: (command: Command) => command }
  return { groups, trials: createTrials({ templates, privileges, cgroups, run, timers: systemTimers }) }
}

const bound = AbortSignal.timeout(10_000)

describe('a trial', () => {
  it('fails alone where the program of its engine is gone, and leaves no group behind', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { trials, groups } = await open()
    const missing = installedWith(join(directory.path, 'no-such-program'))
    await expect(trials.starts(missing, spec, {}, null, bound)).rejects.toMatchObject({ code: 'ENOENT' })
    await nextTurn()
    expect(unhandled).toEqual([])
    expect([...groups]).toEqual([])
  })

  it('ends the engine and its group when it is over', async () => {
    const program = join(directory.path, 'engine')
    await writeFile(program, '#!/bin/sh\nexec sleep 60\n')
    await chmod(program, 0o755)
    const { trials, groups } = await open()
    const during = await trials.withEngine(installedWith(program), spec, {}, async () => [...groups], bound)
    expect(during).toEqual(['a trial'])
    expect([...groups]).toEqual([])
  })
})
