import { tryCategory } from '../domain/aggregates.ts'
import { operationCategory } from '../domain/operation/index.ts'
import type { StreamName } from '../domain/stream.ts'
import type { AuditDocument } from './audit-entry.ts'

/** Which of some events led to which. */
export type Causality = {
  /** What led to it, the nearest first, back to what somebody asked for, or to what is not among the events. */
  readonly causesOf: (event: AuditDocument) => readonly AuditDocument[]
  /** All that followed from it, at once or by what it led to, in order. */
  readonly effectsOf: (event: AuditDocument) => readonly AuditDocument[]
}

const isOfOperation = ({ stream }: AuditDocument): boolean => tryCategory(stream as StreamName) === operationCategory

/**
 * An event names as its cause the message that was handled when it was made: an event, or a report of an agent. A report answers the guest command that its
 * operation issued last.
 */
export const createCausality = (events: readonly AuditDocument[]): Causality => {
  const byId = new Map(events.map((event) => [event.id, event]))
  const inOrder = events.toSorted((a, b) => a.position - b.position)

  const issued = Map.groupBy(
    inOrder.filter(({ type }) => type === 'GuestCommandIssued'),
    ({ stream }) => stream,
  )
  const commandBefore = ({ stream, position }: AuditDocument): AuditDocument | undefined =>
    issued.get(stream)?.findLast((event) => event.position < position)

  const causeOf = (event: AuditDocument): AuditDocument | undefined => {
    const named = event.causationId === null ? undefined : byId.get(event.causationId)
    if (named) return named
    return event.actor?.kind === 'agent' && isOfOperation(event) ? commandBefore(event) : undefined
  }

  const atOnce = Map.groupBy(inOrder, (event) => causeOf(event)?.id)

  return {
    causesOf: (event) => {
      const causes: AuditDocument[] = []
      const seen = new Set([event.id])
      for (let cause = causeOf(event); cause && !seen.has(cause.id); cause = causeOf(cause)) {
        seen.add(cause.id)
        causes.push(cause)
      }
      return causes
    },
    effectsOf: ({ id }) => {
      const found = new Set<string>()
      const waiting = [id]
      for (let cause = waiting.pop(); cause !== undefined; cause = waiting.pop()) {
        for (const effect of atOnce.get(cause) ?? []) {
          if (effect.id === id || found.has(effect.id)) continue
          found.add(effect.id)
          waiting.push(effect.id)
        }
      }
      return inOrder.filter((event) => found.has(event.id))
    },
  }
}
