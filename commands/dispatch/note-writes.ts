import { type Category, tryCategory } from '../../domain/aggregates.ts'
import type { StreamName } from '../../domain/stream.ts'
import type { Handler } from '../handle.ts'
import type { Position, WrittenUpTo } from '../ports/event-store.ts'

/** The same handler, which notes what goes through it. Of each category the last position counts. */
export const noteWrites = (handler: Handler): { readonly handler: Handler; readonly written: () => WrittenUpTo } => {
  const written: Partial<Record<Category, Position>> = {}
  const note = (stream: StreamName, position: Position): void => {
    const category = tryCategory(stream)
    if (category !== null) written[category] = Math.max(written[category] ?? position, position)
  }
  return {
    handler: {
      handle: async (decider, stream, ...rest) => {
        const handled = await handler.handle(decider, stream, ...rest)
        note(stream, handled.position)
        return handled
      },
      load: async (decider, stream, options) => {
        const loaded = await handler.load(decider, stream, options)
        note(stream, loaded.position)
        return loaded
      },
    },
    written: () => written,
  }
}
