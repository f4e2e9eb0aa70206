import type { CliContext } from '../context.ts'
import { briefEventLine } from '../event-line.ts'
import { refused } from '../failure.ts'
import {
  type CausedEventFragment as Caused,
  type EventFragment,
  FirstEventsDocument,
  TraceDocument,
} from '../generated/graphql.ts'
import { operationId } from './operations.ts'

/** Tells what led to an event, and all that followed from it; of an operation, all that followed from the event that asked for it. */
export const traceEvent = async (context: CliContext, id: string): Promise<void> => {
  const { api, signal, output } = context
  const eventId = id.startsWith('event_') ? id : await firstEventOf(context, id)
  const { node } = await api.request(TraceDocument, { id: eventId }, signal)
  if (!node || !('effects' in node)) throw refused({ code: 'NOT_FOUND', message: `there is no event ${id}` })
  await output.one(node, () => {
    const causes = node.causes.toReversed()
    const ofEffects = linesBelow(node.eventId, node.effects, causes.length + 1)
    return [...[...causes, node as EventFragment].map(indented), ...ofEffects]
  })
}

/** The first of an operation that others follow from. */
const firstEventOf = async (context: CliContext, id: string): Promise<string> => {
  const filter = { operationId: await operationId(context, id) }
  const { events } = await context.api.request(FirstEventsDocument, { filter }, context.signal)
  const first = events.nodes.find(({ effects }) => effects.length > 0) ?? events.nodes[0]
  if (first) return first.id
  throw refused({ code: 'NOT_FOUND', message: `there is no operation ${id}` })
}

const linesBelow = (cause: string, effects: readonly Caused[], depth: number): readonly string[] =>
  effects
    .filter((effect) => effect.cause?.eventId === cause)
    .flatMap((effect) => [indented(effect, depth), ...linesBelow(effect.eventId, effects, depth + 1)])

const indented = (event: EventFragment, depth: number): string => `${'  '.repeat(depth)}${briefEventLine(event)}`
