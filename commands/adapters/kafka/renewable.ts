import { MessageBusUnavailable } from '../../ports/message-bus.ts'
import { within } from './errors.ts'

type Connectable = { connect(): Promise<void>; disconnect(): Promise<void> }

/** A client that is connected when first used and replaced by a new one after an error that says nothing good of it. */
export type Renewable<T> = {
  /** Connects if need be and does the work; both together within the bound, else `KafkaTimeout`. */
  use<R>(what: string, work: (client: T) => Promise<R>): Promise<R>
  /** For good: what comes later, as the end of something that was under way, gets `MessageBusUnavailable` and connects no more. */
  close(): Promise<void>
}

export type RenewableOptions<T> = {
  /** The signal aborts when nobody waits for this client's work any more. */
  readonly create: (discarded: AbortSignal) => T
  readonly timeoutMs: number
  /** Whether the client is as good as before after this error. */
  readonly survives: (error: unknown) => boolean
  readonly onProblem: (what: string, error: unknown) => void
}

type Use<T> = { readonly client: T; readonly connected: Promise<void>; readonly discarded: AbortController }

export const createRenewable = <T extends Connectable>(options: RenewableOptions<T>): Renewable<T> => {
  const { create, timeoutMs, survives, onProblem } = options
  let current: Use<T> | undefined
  let closed = false

  const open = (): Use<T> => {
    const discarded = new AbortController()
    const client = create(discarded.signal)
    return { client, connected: client.connect(), discarded }
  }

  const discard = async ({ client, discarded }: Use<T>): Promise<void> => {
    discarded.abort()
    try {
      await within(timeoutMs, 'disconnecting from Kafka', client.disconnect())
    } catch (error) {
      onProblem('disconnecting from Kafka failed', error)
    }
  }

  return {
    use: async (what, work) => {
      if (closed) throw new MessageBusUnavailable('the message bus is closed')
      current ??= open()
      const own = current
      const working = own.connected.then(() => work(own.client))
      try {
        return await within(timeoutMs, what, working)
      } catch (error) {
        if (current === own && !survives(error)) {
          current = undefined
          // Not awaited: whoever called has waited long enough. Twice, as work that still goes on may connect once more.
          void discard(own)
          void working.catch(() => undefined).then(() => discard(own))
        }
        throw error
      }
    },
    close: async () => {
      closed = true
      const last = current
      current = undefined
      if (last !== undefined) await discard(last)
    },
  }
}
