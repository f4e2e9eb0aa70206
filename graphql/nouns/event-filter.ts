import type { CommandName } from '../../commands/api.ts'
import { publicCommands } from '../../commands/public/registry.ts'
import { type CofferEventType, eventCatalogue } from '../../domain/catalogue.ts'
import { hostIdSchema } from '../../domain/ids.ts'
import type { Role } from '../../domain/metadata.ts'
import { quote } from '../../domain/values/text.ts'
import type { EventFilter } from '../../projections/views/events.ts'
import type { ApiContext } from '../context.ts'
import { invalidInput } from '../errors.ts'
import { tryParseId } from '../ids.ts'
import { isGiven } from '../input.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'
import { visibleOperation } from '../visible.ts'
import { type InstanceScopeInput, instanceScope } from './instance-scope.ts'
import { type MadeInput, madeWithin } from './made-within.ts'

export type EventFilterInput = InstanceScopeInput &
  MadeInput & {
    readonly operationId?: string | null | undefined
    readonly types?: readonly string[] | null | undefined
    readonly actor?: string | null | undefined
    readonly role?: Role | null | undefined
    readonly command?: string | null | undefined
    readonly hostId?: string | null | undefined
  }

/**
 * The filter in the terms of the views. Null when it names an instance or operation that the caller may not see or that does not
 * exist: the same answer, after the same reads. Throws `FORBIDDEN` or `INVALID_INPUT`.
 */
export const eventFilter = async (context: ApiContext, input: EventFilterInput): Promise<EventFilter | null> => {
  const types = input.types?.map(parseEventType)
  const command = isGiven(input.command) ? parseCommandName(input.command) : undefined
  if (isGiven(input.hostId)) requireAdmin(context.session, 'to list events by host')
  const hostId = isGiven(input.hostId) ? tryParseId(hostIdSchema, input.hostId) : undefined
  const scope = await instanceScope(context, input)
  const operation = isGiven(input.operationId) ? await visibleOperation(context, input.operationId) : undefined
  if (scope === null || operation === null || hostId === null) return null
  return {
    ...scope,
    ...(operation && { operationId: operation.id }),
    ...(types && { types }),
    ...(isGiven(input.actor) && { actor: input.actor }),
    ...(isGiven(input.role) && { role: input.role }),
    ...(command && { command }),
    ...(hostId && { hostId }),
    ...madeWithin(input),
  }
}

/** As the mutation or the command is called: `createInstance` and `CreateInstance` are one. */
const parseCommandName = (text: string): CommandName => {
  const name = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
  if (isCommandName(name)) return name
  const all = Object.keys(publicCommands).join(', ')
  throw invalidInput('filter.command', `${quote(text)} is not a command: ${all} are`)
}

const isCommandName = (text: string): text is CommandName => Object.hasOwn(publicCommands, text)

const isEventType = (text: string): text is CofferEventType => Object.hasOwn(eventCatalogue, text)

const parseEventType = (text: string): CofferEventType => {
  if (isEventType(text)) return text
  const all = Object.keys(eventCatalogue).join(', ')
  throw invalidInput('filter.types', `${quote(text)} is not a type of event: ${all} are`)
}
