import { setTimeout as delay } from 'node:timers/promises'
import type { CliContext } from '../context.ts'
import { eventLine } from '../event-line.ts'
import { findInstance } from '../find-instance.ts'
import {
  type EventFilter,
  type EventFragment,
  EventsAfterDocument,
  type EventsAfterQuery,
  EventsDocument,
  type EventsQuery,
  FollowEventsDocument,
  type Role,
} from '../generated/graphql.ts'
import { isFullId } from '../short-ids.ts'
import { isPassing, isStreamBlocked } from '../wait.ts'
import { findHost } from './find-host.ts'
import { operationId } from './operations.ts'

/** Which events, as the options of the command line say it. */
export type EventsFilter = {
  readonly instance?: string
  readonly operation?: string
  readonly type: readonly string[]
  readonly actor?: string
  readonly role?: string
  readonly command?: string
  readonly host?: string
  readonly since?: string
  readonly until?: string
  readonly project?: string
}

export type EventsOptions = EventsFilter & { readonly follow: boolean; readonly limit: number }

type Filter = EventFilter
const pageSize = 200
const reconnectDelayMs = 500
const askAgainMs = 1000

/** Prints the latest events of the audit log, oldest first; with `follow`, then every new one until Ctrl-C. */
export const showEvents = async (context: CliContext, options: EventsOptions): Promise<void> => {
  const filter = await filterOf(context, options)
  // Read first: where none matches yet, what does from here on is new.
  const here = options.follow ? (await latest(context, {}, 1)).cursor : null
  const { events, cursor } = await latest(context, filter, options.limit)
  if (!options.follow && context.output.format !== 'table') {
    return context.output.list(events, [], 'There are no events.')
  }
  for (const event of events) await print(context, event)
  if (options.follow) await follow(context, filter, cursor ?? here)
  else if (events.length === 0) context.terminal.stderr.write('There are no events.\n')
}

export const filterOf = async (context: CliContext, options: EventsFilter): Promise<Filter> => ({
  instanceId: options.instance && (await findInstance(context, options.instance)).id,
  operationId: options.operation && (await operationId(context, options.operation)),
  types: options.type.length > 0 ? options.type : undefined,
  actor: options.actor,
  role: options.role?.toUpperCase() as Role | undefined,
  command: options.command,
  hostId: options.host && (await hostId(context, options.host)),
  since: options.since,
  until: options.until,
  projectId: options.project,
})

/** One that was removed is in the log still, and in no list of hosts. */
const hostId = async (context: CliContext, nameOrId: string): Promise<string> =>
  isFullId(nameOrId) ? nameOrId : (await findHost(context, nameOrId)).id

const print = ({ output }: CliContext, event: EventFragment): Promise<void> =>
  output.item(event, () => eventLine(event))

const latest = async (
  { api, signal }: CliContext,
  filter: Filter,
  limit: number,
): Promise<{ events: readonly EventFragment[]; cursor: string | null }> => {
  const found: Item[] = []
  let after: string | null = null
  while (found.length < limit) {
    const first = Math.min(pageSize, limit - found.length)
    const { events }: EventsQuery = await api.request(EventsDocument, { filter, first, after }, signal)
    found.push(...events.edges)
    after = events.pageInfo.endCursor
    if (!events.pageInfo.hasNextPage) break
  }
  return { events: found.map(({ node }) => node).reverse(), cursor: found[0]?.cursor ?? null }
}

type Item = { readonly cursor: string; readonly node: EventFragment }

/**
 * Goes on behind the last event seen, also after the connection was lost: nothing is left out and nothing comes twice. `from`: null where
 * there is no event at all yet.
 */
const follow = async (context: CliContext, filter: Filter, from: string | null): Promise<void> => {
  const { signal } = context
  let after = from
  let itemsAfter = subscribeAfter
  for (;;) {
    try {
      after ??= await printAll(context, filter)
      for await (const item of itemsAfter(context, filter, after)) {
        after = item.cursor
        await print(context, item.node)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (isStreamBlocked(error)) itemsAfter = askAfter
      else if (!isPassing(error)) throw error
    }
    await delay(itemsAfter === askAfter ? askAgainMs : reconnectDelayMs, undefined, { signal })
  }
}

/** Where streams come through. */
async function* subscribeAfter(
  { api, signal }: CliContext,
  filter: Filter,
  after: string | null,
): AsyncGenerator<Item> {
  const updates = api.subscribe(FollowEventsDocument, { filter, after }, signal)
  for await (const { events } of updates) yield events
}

/** What there is by now, where they do not. */
async function* askAfter({ api, signal }: CliContext, filter: Filter, from: string | null): AsyncGenerator<Item> {
  let after = from
  for (;;) {
    const variables = { filter, first: pageSize, after }
    const { events }: EventsAfterQuery = await api.request(EventsAfterDocument, variables, signal)
    yield* events.edges
    if (!events.pageInfo.hasNextPage) return
    after = events.pageInfo.endCursor
  }
}

const printAll = async (context: CliContext, filter: Filter): Promise<string | null> => {
  const { events, cursor } = await latest(context, filter, Number.POSITIVE_INFINITY)
  for (const event of events) await print(context, event)
  return cursor
}
