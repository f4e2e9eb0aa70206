import { defineAggregate } from '../aggregate.ts'
import { instanceIdSchema } from '../ids.ts'
import { decide } from './decide.ts'
import { instanceEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { instanceShown } from './shown.ts'
import { absentInstance } from './state.ts'

export type { InstanceCommand } from './commands.ts'
export { type InstanceEvent, instanceEvents } from './events.ts'
export { hasNode, type InstanceNode, type NodeOnHost, primaryOf } from './nodes.ts'
export {
  type BusyInstance,
  type InstanceState,
  isBusy,
  isInProgress,
  type KnownInstance,
  ongoingOf,
  operationSubject,
  type ProvisioningInstance,
} from './state.ts'

export const instance = defineAggregate({
  category: 'instance',
  id: instanceIdSchema,
  events: instanceEvents,
  audience: 'project',
  shown: instanceShown,
  leadsTo: 'something',
  initial: absentInstance,
  decide,
  evolve,
})

export const instanceCategory = instance.category
export const instanceStream = instance.stream
