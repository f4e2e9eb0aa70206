import { once } from 'node:events'
import type { Position } from '../../commands/ports/event-store.ts'
import { bounded } from '../../kernel/within.ts'
import type { AuditDocument } from '../../projections/audit-entry.ts'
import { auditKey } from '../../projections/audit-entry.ts'
import type { Entry } from '../../projections/ports/view-store.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { ApiError } from '../errors.ts'
import { type EventFilterInput, eventFilter } from '../nouns/event-filter.ts'
import { isEventPlace, isVisibleEvent } from '../nouns/event-place.ts'
import { openSubscription } from './open.ts'

/** Events behind a cursor (or from now on), each once, in order. */
export const followEvents = (
  context: ApiContext,
  input: EventFilterInput,
  after: string | null,
): AsyncIterableIterator<Entry<AuditDocument>> =>
  openSubscription(context, async function* events(signal, tellHeld) {
    const filter = await eventFilter(context, input)
    const position = after === null ? 'now' : await positionOf(context, after, signal)
    if (filter === null) {
      // Nothing will ever happen to what is not there; whether it is another project's cannot be told from the outside.
      if (!signal.aborted) await once(signal, 'abort')
      return
    }
    for await (const document of context.backend.views.eventsAfter(filter, position, signal, tellHeld)) {
      const key = auditKey(document.position)
      yield { key, sortKey: key, document }
    }
  })

/**
 * The position in a cursor. After a restart the views may still be on their way to where the cursor was given, so that is waited for,
 * bounded. Throws `INVALID_INPUT` or `UNAVAILABLE`.
 */
const positionOf = async (context: ApiContext, cursor: string, signal: AbortSignal): Promise<Position> => {
  const { cursors, views, settings, timers } = context.backend
  const place = cursorPlace(cursors, 'events', async (sortKey) => {
    if (!isEventPlace(sortKey)) return false
    if (await isVisibleEvent(context, sortKey)) return true
    const bounds = { timeoutMs: settings.readYourWritesTimeoutMs, ends: [signal] }
    if (!(await bounded(timers, bounds, (bound) => views.waitFor(Number(sortKey), bound, ['events'])))) {
      throw new ApiError('UNAVAILABLE', 'the audit log has not been read up to this cursor yet: try again')
    }
    return isVisibleEvent(context, sortKey)
  })
  return Number(await place(cursor))
}
