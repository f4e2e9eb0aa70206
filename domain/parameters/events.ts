import { z } from 'zod'
import { defineEvent, type EventOf } from '../event-definition.ts'
import { datastoreTypeSchema } from '../values/instance-spec.ts'
import { parameterSchema } from '../values/parameter.ts'

export const parametersEvents = {
  /**
   * A host has asked an engine of this exact version for its parameters, as the first one, or in a newer `format`: what is asked of an engine
   * changes with Coffer.
   */
  ParametersRead: defineEvent(
    1,
    z.object({
      datastore: datastoreTypeSchema,
      version: z.string(),
      format: z.int().positive(),
      parameters: z.array(parameterSchema),
    }),
  ),
}

export type ParametersEvent = EventOf<typeof parametersEvents>
