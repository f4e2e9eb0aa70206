import type { CofferEvent } from '../../domain/catalogue.ts'
import type { Decider } from '../../domain/decider.ts'
import type { ProjectId } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { StreamName } from '../../domain/stream.ts'
import { reaches } from '../dispatch/authorise.ts'
import type { CommandContext, Handled, HandleOptions } from '../handle.ts'
import { type AnswerOf, accepted, type DispatchDependencies, type Job, refused } from './definition.ts'

type Dependencies = Pick<DispatchDependencies, 'handler'>

/** Carries a command out that is one command of one aggregate. */
export const handleAs = async <State, Command, Event extends CofferEvent, Answer extends object>(
  { handler }: Dependencies,
  job: Job,
  decider: Decider<State, Command, Event>,
  stream: StreamName,
  command: Command,
  answer: Answer,
  { mayBeLost = false, begins = false }: Pick<HandleOptions<State>, 'mayBeLost' | 'begins'> = {},
): Promise<AnswerOf<Answer>> =>
  answerTo(
    await handler.handle(decider, stream, command, job.context, { mayBeDone: job.repeat, mayBeLost, begins }),
    answer,
  )

/** `whose`: what the metadata of its events says of it; null where nothing is there, which is answered by `missing`. */
export type Owned<State> = {
  readonly whose: (state: State) => (Partial<CommandContext> & { readonly projectId: ProjectId }) | null
  readonly missing: Rejection
}

/** The same for an aggregate that a project owns. Another project's is answered like one that never was. */
export const handleOwned = async <State, Command, Event extends CofferEvent, Answer extends object>(
  { handler }: Dependencies,
  job: Job,
  decider: Decider<State, Command, Event>,
  stream: StreamName,
  command: Command,
  answer: Answer,
  { whose, missing }: Owned<State>,
): Promise<AnswerOf<Answer>> =>
  answerTo(
    await handler.handle(decider, stream, command, ({ state }) => ({ ...job.context, ...whose(state) }), {
      guard: ({ state }) => {
        const owner = whose(state)
        return owner && reaches(job.reach, owner.projectId) ? null : missing
      },
      mayBeDone: job.repeat,
    }),
    answer,
  )

const answerTo = <Answer extends object>(handled: Handled<unknown, unknown>, answer: Answer): AnswerOf<Answer> =>
  handled.outcome === 'rejected'
    ? refused(handled.rejection)
    : accepted({ position: handled.position, replayed: handled.events.length === 0, ...answer })
