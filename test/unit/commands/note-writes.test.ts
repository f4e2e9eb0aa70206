import { describe, expect, it } from 'vitest'
import { noteWrites } from '../../../commands/dispatch/note-writes.ts'
import type { Handler } from '../../../commands/handle.ts'
import { instance, instanceStream } from '../../../domain/instance/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { exampleWorld } from '../../support/example-events.ts'

const { instanceId, projectId } = exampleWorld()
const context = {} as Parameters<Handler['handle']>[3]

/** Answers each call with the next position. */
const handlerAt = (...positions: number[]): Handler => {
  const next = async () => ({ outcome: 'accepted', events: [], state: {}, revision: 0, position: positions.shift() })
  return { handle: next, load: next } as unknown as Handler
}

describe('what a command has written', () => {
  it('is told by category, up to the last position of each', async () => {
    const { handler, written } = noteWrites(handlerAt(7, 9, 8))
    await handler.handle(project, projectStream(projectId), {} as never, context)
    await handler.handle(instance, instanceStream(instanceId), {} as never, context)
    await handler.handle(project, projectStream(projectId), {} as never, context)
    expect(written()).toEqual({ project: 8, instance: 9 })
  })

  it('counts what was found, as of a repeat that writes nothing, and never goes back', async () => {
    const { handler, written } = noteWrites(handlerAt(9, 3))
    await handler.load(instance, instanceStream(instanceId))
    await handler.load(instance, instanceStream(instanceId))
    expect(written()).toEqual({ instance: 9 })
  })
})
