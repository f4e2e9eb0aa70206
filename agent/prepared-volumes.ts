import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kernel } from '../kernel/kernel.ts'
import { endedWithin } from '../kernel/within.ts'
import { ensureDirectory, exists, freeBytes as freeBytesOf, removeTree } from './files.ts'
import type { Installed } from './installations.ts'
import { syncFileSystem, type VolumeKind, type VolumePlace, type Volumes } from './isolation/volumes.ts'
import type { Layout } from './layout.ts'
import type { Run } from './run.ts'
import type { Templates } from './templates.ts'

export type PreparedVolumes = {
  /**
   * Moves a prepared volume of at most this size to an instance's place, if there is one, or one that is nearly made; else does nothing. It
   * is detached.
   */
  take(place: VolumePlace, sizeGiB: number, signal: AbortSignal): Promise<void>
  /** From now on volumes are prepared of this size, with this installation's template, as long as nothing else is asked for. */
  prepareFor(installed: Installed, sizeGiB: number): void
  /** Ends the work in the background. */
  stop(): Promise<void>
}

export type PreparedVolumesDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly layout: Layout
  readonly kind: VolumeKind
  readonly volumes: Volumes
  readonly templates: Templates
  readonly run: Run
  readonly randomName: () => string
  /** How many to hold ready. */
  readonly count: number
  /**
   * While there is one left, the next is made only when nothing was asked for this long, as making it slows down what it is for. Default: a
   * second.
   */
  readonly quietMs?: number
  /** What is left on the disk of a path, in bytes. Default: asks the system. */
  readonly freeBytes?: (path: string) => Promise<number>
}

type Wanted = { readonly installed: Installed; readonly sizeGiB: number }

/** The next volume, while it is made. `awaited`: somebody takes it as soon as it is there. */
type Making = { readonly name: string; readonly ended: Promise<void>; awaited: boolean }

/** Far longer than a volume takes to make: whoever waits so long for it does without. */
const patienceMs = 5000
const makingTimeoutMs = 60_000
const removingTimeoutMs = 10_000
/** Nothing is made ahead of need on a disk with less room: what is needed goes first, and so does what the agent writes itself. */
const leastFreeBytes = 256 * 1024 * 1024
/** What is being made or thrown away, and what is being taken: of neither everything need be there. */
const prefixes = { unfinished: 'new-', taken: 'taken-' } as const

/**
 * Volumes that already hold a copy of the template most likely to be wanted next: copying is most of the work of a new instance. When
 * another version is wanted, what was copied is thrown away and nothing is lost.
 */
export const openPreparedVolumes = async (deps: PreparedVolumesDeps): Promise<PreparedVolumes> => {
  const {
    layout,
    kind,
    volumes,
    templates,
    run,
    clock,
    timers,
    log,
    count,
    quietMs = 1000,
    freeBytes = freeBytesOf,
  } = deps
  const placeIn = (entry: string): VolumePlace => {
    const directory = join(layout.prepared, entry)
    return { directory: join(directory, 'volume'), image: join(directory, 'volume.img') }
  }
  const ending = new AbortController()
  let wanted: Wanted | null = null
  let working: Promise<void> | null = null
  let lastAskedAt = clock.elapsedMs()
  let resting = new AbortController()
  let making: Making | null = null
  /** How many were taken, in all and when it was last looked what is left. */
  let taken = 0
  let seenTaken = 0

  const remove = async (entry: string, signal: AbortSignal): Promise<void> => {
    await volumes.remove(placeIn(entry), signal)
    await removeTree(join(layout.prepared, entry))
  }

  /** Nobody else takes it or throws it away from now on. Null when somebody was quicker. A crash leaves it to the next start. */
  const claim = async (entry: string, prefix: string): Promise<string | null> => {
    const claimed = `${prefix}${entry}`
    try {
      await rename(join(layout.prepared, entry), join(layout.prepared, claimed))
      return claimed
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  const throwAway = async (entry: string, signal: AbortSignal): Promise<void> => {
    const claimed = entry.startsWith(prefixes.unfinished) ? entry : await claim(entry, prefixes.unfinished)
    if (claimed) await remove(claimed, signal)
  }

  const make = async (name: string, { installed, sizeGiB }: Wanted, signal: AbortSignal): Promise<void> => {
    const template = await templates.ensure(installed, signal)
    const unfinished = `${prefixes.unfinished}${name}`
    const place = placeIn(unfinished)
    await ensureDirectory(join(layout.prepared, unfinished), 0o700)
    try {
      // Its room is that of the instance which takes it.
      await volumes.ensure(place, sizeGiB, signal, { reserve: false })
      const copy = join(place.directory, templates.nameOf(installed))
      await run('cp', ['--archive', '--reflink=auto', template, copy], signal)
      await syncFileSystem(run, place.directory, signal)
      await volumes.detach(place, signal)
    } catch (error) {
      // Also when the agent stops in the middle: a mount would keep the directories around it from being put away, and half a copy is
      // of use to nobody.
      await remove(unfinished, timers.timeout(removingTimeoutMs))
      throw error
    }
    await rename(join(layout.prepared, unfinished), join(layout.prepared, name))
  }

  /** Resolves after the time, or when one was taken. */
  const rest = async (ms: number, signal: AbortSignal): Promise<void> => {
    resting = new AbortController()
    await timers.sleep(ms, { signal: AbortSignal.any([signal, resting.signal]), ref: false }).catch(() => {})
    signal.throwIfAborted()
  }

  const refill = async (what: Wanted): Promise<void> => {
    const signal = AbortSignal.any([ending.signal, timers.timeout(makingTimeoutMs)])
    const prefix = `${kind}-${what.sizeGiB}-${templates.nameOf(what.installed)}-`
    const entries = (await readdir(layout.prepared)).filter((entry) => !entry.startsWith(prefixes.taken))
    for (const entry of entries) if (!entry.startsWith(prefix)) await throwAway(entry, signal)
    for (;;) {
      seenTaken = taken
      const left = (await readdir(layout.prepared)).filter((entry) => entry.startsWith(prefix)).length
      if (left >= count) return
      const free = await freeBytes(layout.prepared)
      if (free < leastFreeBytes) {
        return log.debug({ freeBytes: free }, 'the disk has too little room to prepare a volume ahead of need')
      }
      // It would sleep through what has happened since.
      if (taken !== seenTaken) continue
      const quietForMs = clock.elapsedMs() - lastAskedAt
      if (left > 0 && quietForMs < quietMs) {
        await rest(quietMs - quietForMs, signal)
        continue
      }
      const name = `${prefix}${deps.randomName()}`
      const ended = make(name, what, signal)
      making = { name, ended, awaited: false }
      await ended.finally(() => {
        making = null
      })
    }
  }

  const startRefill = (): void => {
    const what = wanted
    if (!what || count === 0 || ending.signal.aborted || working) return
    seenTaken = taken
    working = refill(what)
      .catch((error: unknown) => {
        if (!ending.signal.aborted) log.warn({ err: error }, 'no volume could be prepared ahead of need')
      })
      .finally(() => {
        working = null
        // Something else was asked for meanwhile, or what was left was taken.
        if (wanted !== what || taken !== seenTaken) startRefill()
      })
  }

  await ensureDirectory(layout.prepared, 0o711)
  for (const entry of await readdir(layout.prepared)) {
    const isWhole = Object.values(prefixes).every((prefix) => !entry.startsWith(prefix))
    if (!isWhole) await remove(entry, timers.timeout(makingTimeoutMs))
  }

  const takeOne = async (place: VolumePlace, sizeGiB: number): Promise<boolean> => {
    const entries = await readdir(layout.prepared)
    for (const entry of entries.filter((name) => fits(name, kind, sizeGiB))) {
      const claimed = await claim(entry, prefixes.taken)
      if (!claimed) continue
      const prepared = placeIn(claimed)
      if (kind === 'loop') await rename(prepared.image, place.image)
      else await rename(prepared.directory, place.directory)
      await removeTree(join(layout.prepared, claimed))
      taken += 1
      startRefill()
      resting.abort()
      return true
    }
    return false
  }

  return {
    take: async (place, sizeGiB, signal) => {
      lastAskedAt = clock.elapsedMs()
      if (await exists(kind === 'loop' ? place.image : place.directory)) return
      // Noted before looking: one that becomes ready meanwhile may not be seen.
      const before = making
      if (await takeOne(place, sizeGiB)) return
      const next = making ?? before
      if (!next || next.awaited || !fits(next.name, kind, sizeGiB)) return
      next.awaited = true
      await endedWithin(next.ended, AbortSignal.any([signal, timers.timeout(patienceMs)]))
      await takeOne(place, sizeGiB)
    },
    prepareFor: (installed, sizeGiB) => {
      lastAskedAt = clock.elapsedMs()
      if (wanted?.installed.installation !== installed.installation || wanted.sizeGiB !== sizeGiB) {
        wanted = { installed, sizeGiB }
      }
      startRefill()
    },
    stop: async () => {
      ending.abort()
      await working
    },
  }
}

/** Entries are named `<kind>-<GiB>-<template>-<random>`. A directory has no size of its own. */
const fits = (entry: string, kind: VolumeKind, sizeGiB: number): boolean => {
  const [entryKind, entryGiB] = entry.split('-')
  return entryKind === kind && (kind === 'directory' || Number(entryGiB) <= sizeGiB)
}
