import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Installed } from '../../../agent/installations.ts'
import { createDirectoryVolumes, type Volumes } from '../../../agent/isolation/volumes.ts'
import { createLayout } from '../../../agent/layout.ts'
import { openPreparedVolumes } from '../../../agent/prepared-volumes.ts'
import { run } from '../../../agent/run.ts'
import { silentLog } from '../../support/agent-host.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('prepared-volumes')

const installed = (version: string): Installed => ({
  // Nothing is asked of it here.
  driver: {} as never,
  installation: { datastore: 'postgresql', version, source: 'npm', binDir: '/nowhere' },
})
const nameOf = ({ installation }: Installed): string => `template-${installation.version}`

const openOn = (root: string, volumes: Volumes) =>
  openPreparedVolumes({
    layout: createLayout(root, root),
    kind: 'directory',
    volumes,
    templates: { nameOf, ensure: () => Promise.reject(new Error('no template is made here')) } as never,
    run,
    log: silentLog,
    randomName: () => 'abcdefgh',
    count: 1,
  })

/** Removes what a volume holds in part, says so, and then goes on only with the test. */
const stuckInRemoval = () => {
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const volumes: Volumes = {
    ...createDirectoryVolumes(),
    remove: async (place, signal) => {
      for (const copy of readdirSync(place.directory)) rmSync(join(place.directory, copy, 'first'))
      begun.resolve()
      await goOn.promise
      await createDirectoryVolumes().remove(place, signal)
    },
  }
  return { volumes, begun: begun.promise, goOn: goOn.resolve }
}

const prepareByHand = (root: string): void => {
  const copy = join(root, 'prepared', 'directory-1-template-17.10-abc', 'volume', 'template-17.10')
  mkdirSync(copy, { recursive: true })
  for (const name of ['first', 'second']) writeFileSync(join(copy, name), 'data')
}
const placeIn = (root: string) => ({ directory: join(root, 'volume'), image: join(root, 'volume.img') })

describe('a prepared volume that is thrown away, as another version is wanted', () => {
  it('is taken by nobody once that began: not all of its data is there', async () => {
    const root = temp.next()
    prepareByHand(root)
    const { volumes, begun, goOn } = stuckInRemoval()
    const prepared = await openOn(root, volumes)
    prepared.prepareFor(installed('18.4'), 1)
    await begun
    await prepared.take(placeIn(root), 1)
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
    const next = await openOn(root, createDirectoryVolumes())
    await next.take(placeIn(root), 1)
    expect(existsSync(join(root, 'volume'))).toBe(false)
    expect(readdirSync(join(root, 'prepared'))).toEqual([])
    goOn()
    await Promise.all([killed.stop(), next.stop()])
  })

  it('is taken whole until then', async () => {
    const root = temp.next()
    prepareByHand(root)
    const prepared = await openOn(root, createDirectoryVolumes())
    await prepared.take(placeIn(root), 1)
    expect(readdirSync(join(root, 'volume', 'template-17.10')).sort()).toEqual(['first', 'second'])
    expect(readdirSync(join(root, 'prepared'))).toEqual([])
    await prepared.stop()
  })
})
