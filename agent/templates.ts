import { chmod, chown, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kernel } from '../kernel/kernel.ts'
import { unlessAborted } from '../kernel/within.ts'
import { allEnded } from './all-ended.ts'
import type { Owner } from './engines/engine.ts'
import { ensureDirectory, exists, removeTree } from './files.ts'
import type { Installed } from './installations.ts'
import type { Owners } from './isolation/owners.ts'
import type { Layout } from './layout.ts'
import type { Run } from './run.ts'
import { findProcesses } from './supervision/process-table.ts'
import { killAll } from './supervision/wait.ts'

export type Templates = {
  /** The directory of the template of this installation, made if there is none; it takes a second or so then. */
  ensure(installed: Installed, signal: AbortSignal): Promise<string>
  /** Of the template's directory, and of copies of it that are not in use yet. */
  nameOf(installed: Installed): string
  /**
   * Lends directories and an account that may use them, or lets `account` use them; all that was made is gone when the work has ended, or, after a crash, when the agent starts again. For
   * templates, and for trials of them.
   */
  withWorkshop<T>(signal: AbortSignal, work: (workshop: Workshop) => Promise<T>, account?: Owner): Promise<T>
  /** Ends the making of templates that nobody waits for any more. */
  stop(): Promise<void>
  /** Removes what an agent that was killed while it made a template left: files, processes, account. */
  sweep(signal: AbortSignal): Promise<void>
}

/** `runDir`: short enough for a socket. `name`: that of the account, by which processes are marked. */
export type Workshop = {
  readonly directory: string
  readonly runDir: string
  readonly name: string
  readonly owner: Owner
}

export type TemplatesDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly layout: Layout
  readonly owners: Owners
  readonly run: Run
  /** Eight characters or so, different every time. */
  readonly randomName: () => string
}

/** Part of every template's name: raised when what drivers put into templates changes, so that old ones are not used. */
const templateFormat = 3
const makingTimeoutMs = 120_000
const workshopPrefix = 'new-'
const accountOf = (name: string): string => `coffer-template-${name}`

/**
 * One initialised data directory for each installed version, from which instances are copied. A template is readable for the
 * agent alone: whoever could write to it would own every database made from it.
 */
export const createTemplates = (deps: TemplatesDeps): Templates => {
  const { layout, owners, run, clock, timers, log, randomName } = deps
  const making = new Map<string, Promise<string>>()
  const ending = new AbortController()
  const nameOf = ({ installation: { datastore, version, source } }: Installed): string =>
    `template-${datastore}-${version}-${source}-${templateFormat}`

  const withWorkshop: Templates['withWorkshop'] = async (signal, work, account) => {
    const drawn = randomName()
    const name = accountOf(drawn)
    const entry = `${workshopPrefix}${drawn}`
    const [directory, runDir] = [join(layout.templates, entry), join(layout.runRoot, entry)]
    try {
      for (const made of [directory, runDir]) await ensureDirectory(made, 0o700)
      const lend = async (owner: Owner) => {
        if (owner) for (const lent of [directory, runDir]) await chown(lent, owner.uid, owner.gid)
        return work({ directory, runDir, name, owner })
      }
      return await (account === undefined ? owners.withTemporary(name, signal, lend) : lend(account))
    } finally {
      await allEnded(removeTree(directory), removeTree(runDir))
    }
  }

  const make = async ({ driver, installation }: Installed, template: string): Promise<string> => {
    if (await exists(template)) return template
    const startedAt = clock.elapsedMs()
    const signal = AbortSignal.any([ending.signal, timers.timeout(makingTimeoutMs)])
    await withWorkshop(signal, async (workshop) => {
      const directory = join(workshop.directory, 'data')
      await driver.createTemplate(installation, directory, workshop.owner, signal)
      if (workshop.owner) await run('chown', ['--recursive', '0:0', workshop.directory], signal)
      await chmod(directory, 0o700)
      await run('sync', ['--file-system', directory], signal)
      await rename(directory, template)
    })
    const { datastore, version } = installation
    log.info({ datastore, version, tookMs: Math.round(clock.elapsedMs() - startedAt) }, 'made a template')
    return template
  }

  return {
    ensure: async (installed, signal) => {
      const template = join(layout.templates, nameOf(installed))
      // Shared by all who wait for it, so it is not ended by the signal of one of them.
      const made = making.get(template) ?? make(installed, template).finally(() => making.delete(template))
      making.set(template, made)
      return unlessAborted(made, signal)
    },
    nameOf,
    withWorkshop,
    stop: async () => {
      ending.abort()
      await Promise.allSettled(making.values())
    },
    sweep: async (signal) => {
      const names = (await readdir(layout.templates)).filter((entry) => entry.startsWith(workshopPrefix))
      for (const entry of names) {
        const name = accountOf(entry.slice(workshopPrefix.length))
        await killAll(timers, () => findProcesses({ nodeId: name, ownUid: null, engine: null }), signal)
        await owners.removeTemporary(name, signal)
        await allEnded(removeTree(join(layout.templates, entry)), removeTree(join(layout.runRoot, entry)))
      }
    },
  }
}
