import type { z } from 'zod'
import type { Fault, KnownFault } from '../values/fault.ts'
import type { Process } from './process.ts'
import type { ActiveStep, BegunOperation } from './state.ts'

export const cancelledFault: KnownFault = {
  code: 'CANCELLED',
  message: 'the operation was cancelled as asked',
  retryable: true,
}

export const notBegunFault = (now: string, forwardDeadline: string): KnownFault => ({
  code: 'DEADLINE_EXCEEDED',
  message: `nothing was begun: the operation was taken up at ${now}, and its steps had to be over by ${forwardDeadline}`,
  retryable: true,
})

export const stepDeadlineFault = (operation: BegunOperation, step: ActiveStep): KnownFault => ({
  code: 'DEADLINE_EXCEEDED',
  message: `step ${step.name} did not end by ${step.deadline}: no result came from the agent on host ${operation.subject.hostId}`,
  retryable: true,
})

export const hostLostFault = (step: ActiveStep): KnownFault => ({
  code: 'HOST_UNREACHABLE',
  message: `step ${step.name} did not end by ${step.deadline}: its host is lost, and no other host had room`,
  retryable: true,
})

/** `what`: the event at fault and why, for a person. */
export const unreadableHistoryFault = (what: string): KnownFault => ({
  code: 'UNREADABLE_HISTORY',
  message: `the operation cannot go on: ${what}`,
  retryable: true,
})

/** `what`: the event at fault and why, for a person. */
export const overdueFault = (what: string): KnownFault => ({
  code: 'UNREADABLE_HISTORY',
  message: `the operation did not end by its deadline, and the version of Coffer that runs cannot carry it out: ${what}`,
  retryable: true,
})

/** Names the fields at fault, and nothing of what the agent said in them. */
export const answerIncompleteFault = (step: ActiveStep, { issues }: z.ZodError): KnownFault => ({
  code: 'AGENT_ANSWER_INCOMPLETE',
  message: `the agent said that step ${step.name} succeeded, but not all that it has to tell of it${fieldsOf(issues)}`,
  retryable: false,
})

const fieldsOf = (issues: z.ZodError['issues']): string => {
  const fields = [...new Set(issues.map(({ path }) => path.join('.')).filter(Boolean))]
  return fields.length === 0 ? '' : `: ${fields.join(', ')}`
}

/** Two faults in one: why the operation failed, and why the instance is not back where it was. */
export const notUndoneFault = (process: Process, fault: Fault, undoing: Fault): Fault => ({
  ...fault,
  message:
    undoing.code === 'DEADLINE_EXCEEDED'
      ? `${fault.message}. Undoing it did not end in time either: ${process.remains}, and the agent finishes undoing it when it returns`
      : `${fault.message}. Undoing it failed too, with ${undoing.code}: ${undoing.message}; ${process.remains}`,
})

/** For a process without a way back. */
export const unfinishedFault = (process: Process, fault: Fault): Fault => ({
  ...fault,
  message:
    fault.code === 'DEADLINE_EXCEEDED'
      ? `${fault.message}; ${process.remains}, and the agent finishes when it returns`
      : `${fault.message}; ${process.remains}`,
})
