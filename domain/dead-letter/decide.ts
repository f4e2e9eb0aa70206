import { accept, type Decision, reject } from '../decider.ts'
import type { DeadLetterCommand } from './commands.ts'
import type { DeadLetterEvent } from './events.ts'
import { formatPlace } from './place.ts'
import type { DeadLetterState } from './state.ts'

const done = { REPLAYED: 'published again', DROPPED: 'dropped' } as const

/** Whoever decides first decides for all: of two that replay a message at the same time, one is refused. */
export const decide = ({ type, ...data }: DeadLetterCommand, state: DeadLetterState): Decision<DeadLetterEvent> => {
  if (state.status === 'OPEN') {
    return accept({ type: type === 'ReplayDeadLetter' ? 'DeadLetterReplayed' : 'DeadLetterDropped', data })
  }
  if (state.resolvedBy === data.resolvedBy) return accept()
  return reject({
    code: 'INVALID_STATE',
    message: `${formatPlace(data.place)} was ${done[state.status]} already: only a dead letter that is OPEN can be replayed or dropped`,
    field: 'id',
    details: { status: state.status },
  })
}
