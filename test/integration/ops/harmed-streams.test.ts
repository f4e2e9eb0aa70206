import { describe, expect, it } from 'vitest'
import { allCategories, type Category } from '../../../domain/aggregates.ts'
import { parseFlavorId, parseProjectId } from '../../../domain/ids.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { forms, type Running, runSite, type Site, soundEvent } from '../../support/foreign-site.ts'
import { waitFor } from '../../support/wait-for.ts'

const harms = ['cut off at its head', 'taken away'] as const
type Harm = (typeof harms)[number]

const cells: readonly { readonly category: Category; readonly harm: Harm }[] = allCategories.flatMap((category) =>
  harms.map((harm) => ({ category, harm })),
)

/** Of every operation. */
const operationTimeoutMs = 20_000

describe.each(forms)('streams of each category (%s)', { timeout: 120_000 }, (_form, open) => {
  let site: Site
  let server: Running
  /** By stream: what was done to it last. */
  const harmed = new Map<string, Harm>()
  const restart = runSite(
    () => open({ COFFER_OPERATION_TIMEOUT: String(operationTimeoutMs / 1000) }),
    (opened, running) => {
      site = opened
      server = running
    },
  )

  /** Ends an operation of which the host says nothing. */
  const expectDeadlineToHold = async (): Promise<void> => {
    const instanceId = await server.createDatabase()
    server.silent.add(instanceId)
    const { operationId } = await server.accepted({ type: 'RestartInstance', id: instanceId })
    if (operationId === null) throw new Error('no operation')
    const end = () =>
      waitFor('the deadline', async () => await server.faultOf(operationId), operationTimeoutMs + 10_000)
    expect(await end()).toBe('DEADLINE_EXCEEDED')
    await waitFor(
      'the instance to be done with it',
      async () => (await server.views.instance(instanceId))?.operationId === null,
    )
  }

  it.each(cells)('$category: one that is $harm costs nobody else', async ({ category, harm }) => {
    const number = 500 + harmed.size
    const world = exampleWorld(number, {
      projectId: parseProjectId(`harmed-${number}`),
      flavorId: parseFlavorId(`harmed-${number}`),
      datastore: harm === 'taken away' ? 'mariadb' : 'redis',
    })
    const { stream, event } = soundEvent(category, world)
    for (const _ of [1, 2]) await site.writers.append(stream, event)
    if (harm === 'taken away') await site.writers.remove(stream)
    else await site.writers.truncate(stream, 1)
    harmed.set(stream, harm)
    await server.createDatabase()
  })

  it('keeps deadlines, views and followers meanwhile', async () => {
    await expectDeadlineToHold()
    const { followers } = await waitFor('all to be ready', async () => {
      const status = await server.status()
      return status.ready && status
    })
    expect(followers.filter(({ error }) => error !== null)).toEqual([])
  })

  it('does all of this after a restart, too, and names each that is cut', async () => {
    await restart()
    await waitFor('the host to be known', () => server.isPlaceable())
    await server.createDatabase()
    await expectDeadlineToHold()
    await waitFor('all to be ready', async () => (await server.status()).ready)
    const verified = await server.verified()
    const cut = [...harmed].filter(([, harm]) => harm === 'cut off at its head').map(([stream]) => stream)
    expect(cut.length).toBeGreaterThan(10)
    for (const stream of cut) expect(verified).toContain(JSON.stringify({ stream, from: 0, to: 1 }))
  })
})
