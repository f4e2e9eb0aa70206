import type { CofferEvent } from '../../domain/catalogue.ts'
import type { Decider } from '../../domain/decider.ts'
import type { StreamName } from '../../domain/stream.ts'
import type { HandleOptions } from '../handle.ts'
import { type AnswerOf, accepted, type DispatchDependencies, type Job, refused } from './definition.ts'

/** Carries a command out that is one command of one aggregate. */
export const handleAs = async <State, Command, Event extends CofferEvent, Answer extends object>(
  { handler }: Pick<DispatchDependencies, 'handler'>,
  job: Job,
  decider: Decider<State, Command, Event>,
  stream: StreamName,
  command: Command,
  answer: Answer,
  { mayBeLost = false }: Pick<HandleOptions<State>, 'mayBeLost'> = {},
): Promise<AnswerOf<Answer>> => {
  const handled = await handler.handle(decider, stream, command, job.context, { mayBeDone: job.repeat, mayBeLost })
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({ position: handled.position, replayed: handled.events.length === 0, ...answer })
}
