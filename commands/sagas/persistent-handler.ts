import type { Handler } from '../handle.ts'

/** Thrown where nobody can be told to try again: others wrote to the stream each time. What was in hand is to be handled anew. */
export class StreamContended extends Error {
  override readonly name = 'StreamContended'
  readonly code = 'STREAM_CONTENDED'
}

/** The same handler for what goes on by itself: it throws `StreamContended` instead of answering `CONCURRENT_MODIFICATION`. */
export const createPersistentHandler = (handler: Handler): Handler => ({
  load: handler.load,
  handle: async (decider, stream, command, context, options) => {
    const handled = await handler.handle(decider, stream, command, context, options)
    if (handled.outcome === 'rejected' && handled.rejection.code === 'CONCURRENT_MODIFICATION') {
      throw new StreamContended(handled.rejection.message)
    }
    return handled
  },
})
