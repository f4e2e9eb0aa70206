import type { Decider } from '../decider.ts'
import type { InstanceCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { InstanceEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { absentInstance, type InstanceState } from './state.ts'

export type { InstanceCommand } from './commands.ts'
export { type InstanceEvent, instanceEvents } from './events.ts'
export {
  type BusyInstance,
  type InstanceState,
  isBusy,
  isInProgress,
  type KnownInstance,
  operationSubject,
  type ProvisioningInstance,
  specHeld,
} from './state.ts'
export { instanceCategory, instanceStream } from './stream.ts'

export const instance: Decider<InstanceState, InstanceCommand, InstanceEvent> = {
  initial: absentInstance,
  decide,
  evolve,
}
