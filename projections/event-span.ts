import { type AuditEntry, auditKey } from './audit-entry.ts'
import type { List } from './lists.ts'
import type { PageRequest } from './page.ts'
import type { ViewStore } from './ports/view-store.ts'

/** Milliseconds since 1970: from `sinceMs` on, and before `untilMs`. */
export type Span = { readonly sinceMs?: number; readonly untilMs?: number }

/**
 * How much the clocks of those that append may differ. Events stand in the order in which they were appended, so one may stand so much before or behind
 * its time. Those of a clock that is off by more are found among their neighbours, and not by their time.
 */
const maxSkewMs = 3_600_000
/** Some of them may have no time. */
const probeLength = 16

export const spanOf = ({ since, until }: { readonly since?: string; readonly until?: string }): Span => ({
  ...(since !== undefined && { sinceMs: Date.parse(since) }),
  ...(until !== undefined && { untilMs: Date.parse(until) }),
})

/** Undefined where any time will do. */
export const within = ({ sinceMs, untilMs }: Span): ((entry: AuditEntry) => boolean) | undefined =>
  sinceMs === undefined && untilMs === undefined
    ? undefined
    : ({ atMs }) =>
        atMs !== null && (sinceMs === undefined || atMs >= sinceMs) && (untilMs === undefined || atMs < untilMs)

/** Whether nothing of the span comes any more, in the direction of the page. */
export const endOf =
  ({ sinceMs, untilMs }: Span, { direction = 'ascending' }: PageRequest) =>
  ({ atMs }: AuditEntry): boolean => {
    if (atMs === null) return false
    return direction === 'ascending'
      ? untilMs !== undefined && atMs >= untilMs + maxSkewMs
      : sinceMs !== undefined && atMs < sinceMs - maxSkewMs
  }

/** A first page begins where the span does: found by halving the list, some fifty reads at most, and not by walking there. */
export const startWithin = async (
  viewStore: Pick<ViewStore, 'list'>,
  list: List,
  page: PageRequest,
  { sinceMs, untilMs }: Span,
): Promise<PageRequest> => {
  if (page.after !== undefined) return page
  if (page.direction === 'descending') {
    if (untilMs === undefined) return page
    const last = await lastBefore(viewStore, list, untilMs + maxSkewMs, { untimedAreBefore: true })
    return { ...page, after: auditKey(last + 1) }
  }
  const last = sinceMs === undefined ? none : await lastBefore(viewStore, list, sinceMs - maxSkewMs)
  return last === none ? page : { ...page, after: auditKey(last) }
}

const none = -1

/**
 * The last position of an event that happened before the moment, as far as events stand in the order of time; `none` if there is none. Where many in a
 * row have no time, it may be further back, or with `untimedAreBefore` further on.
 */
const lastBefore = async (
  viewStore: Pick<ViewStore, 'list'>,
  { index, value }: List,
  moment: number,
  { untimedAreBefore = false }: { readonly untimedAreBefore?: boolean } = {},
): Promise<number> => {
  const [newest] = await viewStore.list<AuditEntry>('events', { index, value, direction: 'descending', first: 1 })
  let before = none
  let end = newest ? newest.document.position + 1 : 0
  while (before + 1 < end) {
    const middle = Math.floor((before + end) / 2)
    const after = middle === 0 ? {} : { after: auditKey(middle - 1) }
    const read = await viewStore.list<AuditEntry>('events', { index, value, ...after, first: probeLength })
    const probed = read.map(({ document }) => document).filter(({ position }) => position < end)
    const timed = probed.find(({ atMs }) => atMs !== null)
    const last = probed.at(-1)
    if (timed && (timed.atMs ?? moment) < moment) before = timed.position
    else if (!timed && last && probed.length === probeLength && untimedAreBefore) before = last.position
    else end = middle
  }
  return before
}
