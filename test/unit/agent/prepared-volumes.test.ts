import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Installed } from '../../../agent/installations.ts'
import { createDirectoryVolumes } from '../../../agent/isolation/directory-volumes.ts'
import type { Volumes } from '../../../agent/isolation/volumes.ts'
import { createLayout } from '../../../agent/layout.ts'
import { openPreparedVolumes, type PreparedVolumesDeps } from '../../../agent/prepared-volumes.ts'
import { type Run, run } from '../../../agent/run.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const temp = createTempDir('prepared-volumes')

const installed = (version: string): Installed => ({
  // Nothing is asked of it here.
  driver: {} as never,
  installation: { datastore: 'postgresql', version, source: 'npm', binDir: '/nowhere' },
})
const nameOf = ({ installation }: Installed): string => `template-${installation.version}`

type Wishes = Partial<Pick<PreparedVolumesDeps, 'count' | 'quietMs' | 'run' | 'freeBytes'>> & {
  readonly ensure?: () => Promise<string>
}

const openOn = (root: string, volumes: Volumes, wishes: Wishes = {}) => {
  const { ensure = () => Promise.reject(new Error('no template is made here')), ...others } = wishes
  let made = 0
  return openPreparedVolumes({
    layout: createLayout(root, root),
    kind: 'directory',
    volumes,
    templates: { nameOf, ensure } as never,
    ...quietKernel,
    run,
    randomName: () => `${++made}`,
    count: 1,
    ...others,
  })
}

/** Templates whose copying waits for the test; `begun` counts how many copies were begun. */
const slowCopies = (root: string) => {
  const template = join(root, 'template')
  mkdirSync(template, { recursive: true })
  writeFileSync(join(template, 'first'), 'data')
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  let copies = 0
  const held: Run = async (command, ...rest) => {
    if (command === 'cp') {
      copies += 1
      await gate
    }
    // As long as others on this machine make it take.
    if (command === 'sync') return ''
    return run(command, ...rest)
  }
  return {
    ensure: () => Promise.resolve(template),
    run: held,
    begun: () => copies,
    open,
  }
}

/** Removes what a volume holds in part, says so, and then goes on only with the test. */
const stuckInRemoval = () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const volumes: Volumes = {
    ...createDirectoryVolumes(run),
    remove: async (place, signal) => {
      for (const copy of readdirSync(place.directory)) rmSync(join(place.directory, copy, 'first'))
      begun.resolve()
      await goOn.promise
      await createDirectoryVolumes(run).remove(place, signal)
    },
  }
  return { volumes, begun: begun.promise, goOn: goOn.resolve }
}

const prepareByHand = (root: string): void => {
  const copy = join(root, 'prepared', 'directory-1-template-17.10-abc', 'volume', 'template-17.10')
  mkdirSync(copy, { recursive: true })
  for (const name of ['first', 'second']) writeFileSync(join(copy, name), 'data')
}
const bound = (): AbortSignal => AbortSignal.timeout(30_000)
const placeIn = (root: string) => ({ directory: join(root, 'volume'), image: join(root, 'volume.img') })

describe('a prepared volume that is thrown away, as another version is wanted', () => {
  it('is taken by nobody once that began: not all of its data is there', async () => {
    const root = temp.next()
    prepareByHand(root)
    const { volumes, begun, goOn } = stuckInRemoval()
    const prepared = await openOn(root, volumes)
    prepared.prepareFor(installed('18.4'), 1)
    await begun
    await prepared.take(placeIn(root), 1, bound())
    expect(existsSync(join(root, 'volume'))).toBe(false)
    goOn()
    await prepared.stop()
  })

  it('is taken by nobody after a crash in the middle of that either, and does not stay', async () => {
    const root = temp.next()
    prepareByHand(root)
    const { volumes, begun, goOn } = stuckInRemoval()
    const killed = await openOn(root, volumes)
    killed.prepareFor(installed('18.4'), 1)
    await begun
    const next = await openOn(root, createDirectoryVolumes(run))
    await next.take(placeIn(root), 1, bound())
    expect(existsSync(join(root, 'volume'))).toBe(false)
    expect(readdirSync(join(root, 'prepared'))).toEqual([])
    goOn()
    await Promise.all([killed.stop(), next.stop()])
  })

  it('is taken whole until then', async () => {
    const root = temp.next()
    prepareByHand(root)
    const prepared = await openOn(root, createDirectoryVolumes(run))
    await prepared.take(placeIn(root), 1, bound())
    expect(readdirSync(join(root, 'volume', 'template-17.10')).sort()).toEqual(['first', 'second'])
    expect(readdirSync(join(root, 'prepared'))).toEqual([])
    await prepared.stop()
  })
})

describe('the making of prepared volumes', () => {
  const readyIn = (root: string): number =>
    readdirSync(join(root, 'prepared')).filter((name) => name.startsWith('directory-')).length
  const placed = (root: string): readonly string[] => readdirSync(join(root, 'volume', 'template-18.4'))

  it('begins at once when the last one was taken, and whoever asks meanwhile is given it as soon as it is made', async () => {
    const root = temp.next()
    const copies = slowCopies(root)
    const prepared = await openOn(root, createDirectoryVolumes(run), copies)
    prepared.prepareFor(installed('18.4'), 1)
    await waitFor('a copy to be begun', () => copies.begun() === 1)
    const taken = prepared.take(placeIn(root), 1, bound())
    copies.open()
    await taken
    expect(placed(root)).toEqual(['first'])
    await waitFor('the next copy', () => readyIn(root) === 1)
    expect(copies.begun()).toBe(2)
    await prepared.stop()
  })

  it('is waited for by one alone: another one does without', async () => {
    const root = temp.next()
    const copies = slowCopies(root)
    const prepared = await openOn(root, createDirectoryVolumes(run), copies)
    prepared.prepareFor(installed('18.4'), 1)
    await waitFor('a copy to be begun', () => copies.begun() === 1)
    const places = ['one', 'another'].map((name) => join(root, name))
    for (const place of places) mkdirSync(place)
    const taken = (): number => places.filter((place) => existsSync(join(place, 'volume'))).length
    const takes = places.map((place) => prepared.take(placeIn(place), 1, bound()))
    await Promise.race(takes)
    expect(taken()).toBe(0)
    copies.open()
    await Promise.all(takes)
    expect(taken()).toBe(1)
    await prepared.stop()
  })

  it('waits for quiet while there is one left, and begins at once when that is taken', async () => {
    const root = temp.next()
    const copies = slowCopies(root)
    copies.open()
    const hourMs = 3_600_000
    const prepared = await openOn(root, createDirectoryVolumes(run), { ...copies, count: 2, quietMs: hourMs })
    prepared.prepareFor(installed('18.4'), 1)
    await waitFor('the first one', () => readyIn(root) === 1)
    expect(copies.begun()).toBe(1)
    await prepared.take(placeIn(root), 1, bound())
    await waitFor('the next one', () => readyIn(root) === 1)
    expect(copies.begun()).toBe(2)
    await prepared.stop()
  })

  it('does not wait for quiet when the last one is taken while it looks what is left', async () => {
    const root = temp.next()
    const copies = slowCopies(root)
    copies.open()
    const looks: (() => void)[] = []
    let isHeld = true
    const freeBytes = (): Promise<number> =>
      new Promise((resolve) => {
        looks.push(() => resolve(2 ** 40))
        if (!isHeld) resolve(2 ** 40)
      })
    const wishes = { ...copies, count: 2, quietMs: 3_600_000, freeBytes }
    const prepared = await openOn(root, createDirectoryVolumes(run), wishes)
    prepared.prepareFor(installed('18.4'), 1)
    await waitFor('the first look', () => looks.length === 1)
    looks[0]?.()
    await waitFor('a look with one left', () => looks.length === 2)
    await prepared.take(placeIn(root), 1, bound())
    isHeld = false
    looks[1]?.()
    await waitFor('the next one', () => readyIn(root) === 1, 10_000)
    expect(copies.begun()).toBe(2)
    await prepared.stop()
  })
})
