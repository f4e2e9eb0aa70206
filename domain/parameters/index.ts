import { z } from 'zod'
import { defineAggregate } from '../aggregate.ts'
import { datastoreTypes } from '../engines/registry.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import { decide } from './decide.ts'
import { parametersEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { parametersShown } from './shown.ts'
import { unreadParameters } from './state.ts'

export type { ParametersCommand } from './commands.ts'
export { type ParametersEvent, parametersEvents } from './events.ts'
export type { ParametersState } from './state.ts'

/** Of one exact version: `postgresql-17.10`. */
export const parametersIdSchema = z
  .string()
  .regex(new RegExp(`^(?:${datastoreTypes.join('|')})-\\d+(?:\\.\\d+)+$`))
  .brand<'ParametersId'>()
export type ParametersId = z.infer<typeof parametersIdSchema>

/** Throws for what is no exact version. */
export const parametersIdOf = (datastore: DatastoreType, version: string): ParametersId =>
  parametersIdSchema.parse(`${datastore}-${version}`)

/** The catalogue of an engine's parameters, told by the engine itself. A stream of its own: whoever asks for an instance does not read it. */
export const parameters = defineAggregate({
  category: 'parameters',
  id: parametersIdSchema,
  events: parametersEvents,
  audience: 'admins',
  shown: parametersShown,
  leadsTo: 'nothing',
  initial: unreadParameters,
  decide,
  evolve,
})

export const parametersCategory = parameters.category
export const parametersStream = parameters.stream
