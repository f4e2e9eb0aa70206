import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { ProjectionFailed, projectBatch } from '../../../projections/project-batch.ts'
import { type Projection, readProjected } from '../../../projections/projection.ts'
import { flavorsView } from '../../../projections/views/flavors.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'

const log = createEventLog()
log.add('FlavorDefined', exampleWorld())
log.add('FlavorRetired', exampleWorld())
const events = readProjected(log.events())
const range = { events, position: 1 }

describe('projecting a batch', () => {
  it('writes every document once, as it is in the end', async () => {
    const writes = await projectBatch(flavorsView, range, createMemoryViewStore())
    expect(writes).toEqual([
      expect.objectContaining({ kind: 'put', key: 'small', document: expect.objectContaining({ retired: true }) }),
    ])
  })

  it('writes nothing for a document that comes and goes', async () => {
    const fleeting: Projection = {
      ...flavorsView,
      evolve: (_, event) => (event.type === 'FlavorRetired' ? null : {}),
    }
    expect(await projectBatch(fleeting, range, createMemoryViewStore())).toEqual([])
  })

  it('deletes a document that was there', async () => {
    const store = createMemoryViewStore()
    const writes = [{ kind: 'put', key: 'small', document: {}, entries: [] }] as const
    await store.apply({ view: 'flavors', expected: -1, checkpoint: 0, mark: noMark, writes })
    const ending: Projection = { ...flavorsView, evolve: () => null }
    expect(await projectBatch(ending, range, store)).toEqual([{ kind: 'delete', key: 'small' }])
  })

  const throwing = (what: 'keysOf' | 'evolve' | 'entries'): Projection => ({
    ...flavorsView,
    keysOf: (event) => {
      if (what === 'keysOf' && event.type === 'FlavorRetired') throw new Error('a bug')
      return flavorsView.keysOf(event)
    },
    evolve: (document, event, key, other) => {
      if (what === 'evolve' && event.type === 'FlavorRetired') throw new Error('a bug')
      return flavorsView.evolve(document as never, event, key, other as never)
    },
    entries: () => {
      throw new Error('a bug')
    },
  })

  it.each(['keysOf', 'evolve', 'entries'] as const)('names the event on which %s throws', async (what) => {
    const failure = await projectBatch(throwing(what), range, createMemoryViewStore()).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ProjectionFailed)
    expect(failure).toMatchObject({ code: 'PROJECTION_FAILED', event: { type: 'FlavorRetired', position: 1 } })
    expect((failure as Error).message).toBe('view flavors cannot take FlavorRetired at position 1: a bug')
  })
})
