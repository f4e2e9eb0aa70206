import type { Decider } from '../decider.ts'
import type { OperationInput } from './commands.ts'
import { decide } from './decide.ts'
import type { OperationEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { absentOperation, type OperationState } from './state.ts'

export { stepNames } from '../processes/processes.ts'
export type { OperationInput } from './commands.ts'
export { type OperationEvent, type OperationKind, type OperationSubject, operationEvents } from './events.ts'
export { unreadableHistoryFault } from './faults.ts'
export { type BegunOperation, nextDeadline, type OperationState } from './state.ts'
export { operationCategory, operationStream } from './stream.ts'

export const operation: Decider<OperationState, OperationInput, OperationEvent> = {
  initial: absentOperation,
  decide,
  evolve,
}
