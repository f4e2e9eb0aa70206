import type { z } from 'zod'
import type { WrittenUpTo } from './ports/event-store.ts'
import type { Accepted, Refused, RequestFacts } from './public/definition.ts'
import type { publicCommands } from './public/registry.ts'

export type { Credential } from './dispatch/credentials.ts'
export { NotOfferedYet } from './not-offered-yet.ts'

type Definitions = typeof publicCommands
export type CommandName = keyof Definitions

/** What people can ask for: `type` and the input as it comes in. Dispatch checks it and answers with a typed rejection. */
export type PublicCommand = {
  [Name in CommandName]: { readonly type: Name } & Readonly<z.input<Definitions[Name]['input']>>
}[CommandName]

/** What a command answers when it was accepted. */
export type DispatchAccepted<Command extends PublicCommand = PublicCommand> = Accepted<
  z.output<Definitions[Command['type']]['answer']['fields']>
> & {
  /** What views must have passed to show it, by the categories of events that they take: each is told at once of those alone. */
  readonly written: WrittenUpTo
}
export type AnswerTo<Command extends PublicCommand> = DispatchAccepted<Command> | Refused
export type DispatchAnswer = AnswerTo<PublicCommand>

export type DispatchRequest<Command extends PublicCommand = PublicCommand> = RequestFacts & {
  readonly command: Command
}

/**
 * The one way to write: authorises, validates, answers what was accepted under a known idempotency key as before, decides and appends. Never throws for bad
 * input. Throws `EventStoreUnavailable` when the log cannot be reached, `MessageBusUnavailable` where a message on the bus is needed and cannot
 * be had, and `NotOfferedYet`: the same request may be repeated.
 */
export type Dispatch = <Command extends PublicCommand>(request: DispatchRequest<Command>) => Promise<AnswerTo<Command>>
