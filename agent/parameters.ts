import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type HostId, parseFlavorId } from '../domain/ids.ts'
import { type Parameter, parameterSchema } from '../domain/values/parameter.ts'
import { isoNow } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { unlessAborted } from '../kernel/within.ts'
import { writeFileDurably } from './files.ts'
import type { Installed } from './installations.ts'
import type { Journal } from './journal/journal.ts'
import type { Layout } from './layout.ts'
import type { Reporter } from './reporter.ts'
import type { Templates } from './templates.ts'
import type { Trials } from './trials.ts'

export type Parameters = {
  /** Every parameter of this build. The first time an engine is started for it, which takes a second or so. */
  of(installed: Installed, signal: AbortSignal): Promise<readonly Parameter[]>
  /** Tells the control plane of them, in the background, once in the life of this agent. */
  tell(installed: Installed): void
  stop(): Promise<void>
}

export type ParametersDeps = Pick<Kernel, 'clock' | 'log'> & {
  readonly hostId: HostId
  readonly layout: Pick<Layout, 'templates'>
  readonly templates: Pick<Templates, 'nameOf'>
  readonly trials: Trials
  readonly journal: Pick<Journal, 'report'>
  readonly reporter: Pick<Reporter, 'wake'>
  readonly ids: IdSource
}

/** Raised when what is read changes, so that it is read again, and the control plane takes the newer. */
const parametersFormat = 1
/** What is asked for has little to do with the size. */
const size = { flavor: parseFlavorId('trial'), vcpus: 1, memoryMiB: 256, volumeGiB: 1 }
const kept = z.array(parameterSchema)

/** The catalogues of the engines on this host, read from the engines themselves and kept beside their templates. */
export const createParameters = (deps: ParametersDeps): Parameters => {
  const { hostId, layout, templates, trials, journal, reporter, clock, ids, log } = deps
  const ending = new AbortController()
  const reading = new Map<string, Promise<readonly Parameter[]>>()
  const told = new Map<string, Promise<void>>()
  const fileOf = (installed: Installed): string =>
    join(layout.templates, `${templates.nameOf(installed)}.parameters-${parametersFormat}.json`)

  const readKept = async (file: string): Promise<readonly Parameter[] | null> => {
    const text = await readFile(file, 'utf8').catch(() => null)
    return text === null ? null : kept.parse(JSON.parse(text))
  }

  const read = async (installed: Installed): Promise<readonly Parameter[]> => {
    const file = fileOf(installed)
    const known = await readKept(file)
    if (known) return known
    const { driver, installation } = installed
    const { datastore, version } = installation
    const found = await trials.withEngine(
      installed,
      { datastore, version, ...size },
      {},
      (instance, signal) => driver.readParameters(instance, signal),
      ending.signal,
    )
    writeFileDurably(file, JSON.stringify(found), 0o600)
    return found
  }

  const of = (installed: Installed): Promise<readonly Parameter[]> => {
    const file = fileOf(installed)
    const known = reading.get(file) ?? read(installed).finally(() => reading.delete(file))
    reading.set(file, known)
    return known
  }

  const report = async (installed: Installed): Promise<void> => {
    const { datastore, version } = installed.installation
    try {
      const parameters = [...(await of(installed))]
      const about = { hostId, datastore, version, format: parametersFormat, parameters }
      journal.report(hostId, { type: 'parameters', reportId: ids.next(), at: isoNow(clock), ...about })
      reporter.wake()
    } catch (error) {
      told.delete(fileOf(installed))
      if (!ending.signal.aborted) log.warn({ datastore, version, err: error }, 'parameters could not be read')
    }
  }

  return {
    of: async (installed, signal) => {
      signal.throwIfAborted()
      // Shared by all who wait for it, so it is not ended by the signal of one of them.
      return unlessAborted(of(installed), signal)
    },
    tell: (installed) => {
      const file = fileOf(installed)
      if (!told.has(file)) told.set(file, report(installed))
    },
    stop: async () => {
      ending.abort()
      await Promise.allSettled([...reading.values(), ...told.values()])
    },
  }
}
