import { defineAggregate } from '../aggregate.ts'
import { configurationIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { configurationEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { configurationShown } from './shown.ts'
import { absentConfiguration } from './state.ts'

export type { ConfigurationCommand } from './commands.ts'
export { type ConfigurationEvent, configurationEvents } from './events.ts'
export type { ConfigurationState } from './state.ts'

/** Values for the parameters of an engine, which any number of instances follow. */
export const configuration = defineAggregate({
  category: 'configuration',
  id: configurationIdSchema,
  events: configurationEvents,
  audience: 'project',
  shown: configurationShown,
  leadsTo: 'something',
  initial: absentConfiguration,
  decide,
  evolve,
})

export const configurationCategory = configuration.category
export const configurationStream = configuration.stream
