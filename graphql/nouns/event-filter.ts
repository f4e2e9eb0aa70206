import { type CofferEventType, eventCatalogue } from '../../domain/catalogue.ts'
import { quote } from '../../domain/values/text.ts'
import type { EventFilter } from '../../projections/views/events.ts'
import type { ApiContext } from '../context.ts'
import { invalidInput } from '../errors.ts'
import { isGiven } from '../input.ts'
import { visibleOperation } from '../visible.ts'
import { type InstanceScopeInput, instanceScope } from './instance-scope.ts'
import { type MadeInput, madeWithin } from './made-within.ts'

export type EventFilterInput = InstanceScopeInput &
  MadeInput & {
    readonly operationId?: string | null | undefined
    readonly types?: readonly string[] | null | undefined
    readonly actor?: string | null | undefined
  }

/**
 * The filter in the terms of the views. Null when it names an instance or operation that the caller may not see or that does not
 * exist: the same answer, after the same reads. Throws `FORBIDDEN` or `INVALID_INPUT`.
 */
export const eventFilter = async (context: ApiContext, input: EventFilterInput): Promise<EventFilter | null> => {
  const types = input.types?.map(parseEventType)
  const scope = await instanceScope(context, input)
  const operation = isGiven(input.operationId) ? await visibleOperation(context, input.operationId) : undefined
  if (scope === null || operation === null) return null
  return {
    ...scope,
    ...(operation && { operationId: operation.id }),
    ...(types && { types }),
    ...(isGiven(input.actor) && { actor: input.actor }),
    ...madeWithin(input),
  }
}

const isEventType = (text: string): text is CofferEventType => Object.hasOwn(eventCatalogue, text)

const parseEventType = (text: string): CofferEventType => {
  if (isEventType(text)) return text
  const all = Object.keys(eventCatalogue).join(', ')
  throw invalidInput('filter.types', `${quote(text)} is not a type of event: ${all} are`)
}
