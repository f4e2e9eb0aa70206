import { isOutage } from '../outage.ts'
import { type ConsumeOptions, PoisonMessage } from '../ports/message-bus.ts'
import { StreamContended } from './persistent-handler.ts'

/**
 * The same handler of messages, which waits for outages alone. Any other error comes back with every attempt, and the messages behind would
 * wait for ever: the message is parked, to be replayed when its cause is mended.
 */
export const parkBugs =
  (handle: ConsumeOptions['handle']): ConsumeOptions['handle'] =>
  async (message, signal) => {
    try {
      await handle(message, signal)
    } catch (error) {
      const isTemporary = isOutage(error) || error instanceof StreamContended || error instanceof PoisonMessage
      if (isTemporary || signal.aborted) throw error
      throw new PoisonMessage(error instanceof Error ? `${error.name}: ${error.message}` : String(error), {
        cause: error,
      })
    }
  }
