import { EventStoreDBClient } from '@eventstore/db-client'
import clientDebug from '@eventstore/db-client/dist/utils/debug.js'
import type { Log } from '../../../kernel/log.ts'
import { type ConnectionUrl, ConnectionUrlRefused } from './connection-url.ts'

/** A client, and what ends with it. */
export type OwnedClient = {
  readonly client: EventStoreDBClient
  /** Aborts when the client is given up. Reads and subscriptions on it are over then. */
  readonly given: AbortSignal
  /** Cancels what is under way and closes the connection. Never rejects. */
  readonly giveUp: () => void
}

/** What client 6.2.1 has and does not declare. The version is pinned; the tests of this folder fail where these are missing. */
type Internals = {
  handleError: (...args: readonly unknown[]) => Promise<void>
  getChannel: () => Promise<{ close(): void }>
}

/** Connects with the first call. Throws `ConnectionUrlRefused`. */
export const createClient = (url: ConnectionUrl, log: Log): OwnedClient => {
  silenceDebugOutput()
  const client = open(url, log)
  const internals = client as unknown as Internals
  const giveUp = new AbortController()
  let used = false
  const { handleError, getChannel } = internals
  // Called without being awaited, and rejects where discovery failed meanwhile: nobody could catch that, and the process would end.
  internals.handleError = (...args) => handleError(...args).catch(() => undefined)
  internals.getChannel = () => {
    used = true
    return getChannel()
  }
  return {
    client,
    given: giveUp.signal,
    giveUp: () => {
      if (giveUp.signal.aborted) return
      giveUp.abort()
      void client.dispose().catch(() => undefined)
      // `dispose` leaves the connection open, and the next client would share it, dead or alive.
      if (used)
        void getChannel().then(
          (channel) => channel.close(),
          () => undefined,
        )
    },
  }
}

const open = ({ clientUrl, shown }: ConnectionUrl, log: Log): EventStoreDBClient => {
  const { warn } = console
  // The client warns of options on the console, while it is made and at no other time.
  console.warn = (text: unknown) =>
    log.warn({ eventStore: shown, reason: String(text) }, 'the client of the event store warns')
  try {
    return EventStoreDBClient.connectionString(clientUrl)
  } catch (error) {
    // The client's own error carries the whole URL, password and all, in its properties.
    const isParseError = error instanceof Error && 'connectionString' in error
    const reason = isParseError || !(error instanceof Error) ? 'the client cannot read it' : error.message
    throw new ConnectionUrlRefused(`the URL of the event store (${shown}) was refused: ${reason}`)
  } finally {
    console.warn = warn
  }
}

/** `DEBUG=*` would print the URL and the options of every call, with the password in both. */
const silenceDebugOutput = (): void => {
  for (const print of Object.values(clientDebug.debug)) print.enabled = false
}
