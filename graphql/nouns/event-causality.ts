import { type AuditDocument, auditKey } from '../../projections/audit-entry.ts'
import { type Causality, createCausality } from '../../projections/causality.ts'
import type { ApiContext } from '../context.ts'
import { scopeOf } from '../pipeline/tenancy.ts'

/** More than an operation has, but for one that tells of its progress for hours. */
const maxEvents = 1000
/** Of an event without an operation: as many of its instance before it and after. */
const neighbours = 100

/** What was read for one request, by operation or event: a chain and each of its events ask for the same. */
const kept = new WeakMap<ApiContext, Map<string, Promise<Causality>>>()

/** What led to an event and what followed, as far as the caller may see. */
export const causalityOf = (context: ApiContext, event: AuditDocument): Promise<Causality> => {
  const ofRequest = kept.get(context) ?? new Map<string, Promise<Causality>>()
  kept.set(context, ofRequest)
  const key = event.operationId ?? event.id
  const read = ofRequest.get(key) ?? eventsAround(context, event).then(createCausality)
  ofRequest.set(key, read)
  return read
}

const eventsAround = async (
  { backend: { views }, session }: ApiContext,
  event: AuditDocument,
): Promise<readonly AuditDocument[]> => {
  const { operationId, instanceId, position } = event
  const scope = scopeOf(session, null, '')
  if (operationId !== null) {
    const { entries } = await views.events({ ...scope, operationId }, { first: maxEvents })
    return entries.map(({ document }) => document)
  }
  if (instanceId === null) return [event]
  const of = { ...scope, instanceId }
  const page = { first: neighbours, after: auditKey(position) }
  const [before, after] = await Promise.all([
    views.events(of, { ...page, direction: 'descending' }),
    views.events(of, page),
  ])
  return [...before.entries.map(({ document }) => document), event, ...after.entries.map(({ document }) => document)]
}
