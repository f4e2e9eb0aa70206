import type { z } from 'zod'
import type { Decider } from './decider.ts'
import type { EventDefinitions, EventOf } from './event-definition.ts'
import type { InstanceId, OperationId, ProjectId } from './ids.ts'
import { createStreamName, type StreamName } from './stream.ts'

/** An aggregate or a process manager as one value: all that other parts of the program know of it follows from here. */
export type Aggregate<
  Category extends string,
  Id extends string,
  Definitions extends EventDefinitions,
  State,
  Command,
  Leads extends LeadsTo = LeadsTo,
> = Decider<State, Command, EventOf<Definitions>> & {
  /** What stands before the first dash of its streams' names. */
  readonly category: Category
  /** What its streams are named by. */
  readonly id: z.ZodType<Id>
  readonly events: Definitions
  /**
   * Who may read of its events in the audit log. `project`: the project that an event concerns. `admins`: all projects write to one
   * stream, whose revisions tell each how much the others did.
   */
  readonly audience: 'project' | 'admins'
  readonly shown: ShownOf<Definitions>
  /** `something`: `reactions/` says what each of its events leads to, and does not compile before. */
  readonly leadsTo: Leads
  readonly stream: (id: Id) => StreamName
  readonly timer?: Timer<State, Command>
}

export type LeadsTo = 'nothing' | 'something'

export type Shown = Readonly<Record<string, unknown>>

/**
 * What the audit log shows of every event's data, field by field: never anything sealed, hashed or secret. A new event type does not
 * compile until it is decided here, and a new field is not shown until it is named.
 */
export type ShownOf<Definitions extends EventDefinitions> = {
  readonly [Type in keyof Definitions & string]: (data: Readonly<z.infer<Definitions[Type]['schema']>>) => Shown
}

/** For an aggregate that time alone changes. */
export type Timer<State, Command> = {
  /** ISO 8601; null when no time ahead changes it. */
  readonly nextDue: (state: State) => string | null
  /** What it is told then, and again until it has gone on. Telling it twice changes nothing. `now`: ISO 8601. */
  readonly whenDue: (now: string) => Command
  /** What it is told where an event of its stream cannot be read and is left out. `what`: which, and why, for a person. */
  readonly whenUnreadable: (what: string, now: string) => Command
  /** What goes into the metadata of the events that it leads to; null where there is nothing to change. */
  readonly concerns: (state: State) => Concerned | null
  /** For an aggregate that must have ended by a time that its first event tells, also where this version cannot read that event. */
  readonly unreadBeginning?: {
    /** ISO 8601, of what is common to all versions of the first event's data; null where it tells none. */
    readonly due: (data: unknown) => string | null
    /** What it is told then, as long as all that can be read leaves it in its initial state. `what`: as of `whenUnreadable`. */
    readonly whenDue: (stream: StreamName, what: string) => Command
  }
}

export type Concerned = {
  readonly correlationId: OperationId | null
  readonly projectId: ProjectId | null
  readonly instanceId: InstanceId | null
  readonly traceparent: string | undefined
}

type AggregateSpec<
  Category extends string,
  Id extends string,
  Definitions extends EventDefinitions,
  State,
  Command,
  Leads extends LeadsTo,
> = Omit<Aggregate<Category, Id, Definitions, State, Command, Leads>, 'stream' | 'shown'> & {
  // Only `events` says which they are.
  readonly shown: ShownOf<NoInfer<Definitions>>
}

/** The value that an aggregate's `index.ts` exports, and `aggregates.ts` lists. */
export const defineAggregate = <
  const Category extends string,
  Id extends string,
  Definitions extends EventDefinitions,
  State,
  Command,
  const Leads extends LeadsTo,
>(
  spec: AggregateSpec<Category, Id, Definitions, State, Command, Leads>,
): Aggregate<Category, Id, Definitions, State, Command, Leads> => ({
  ...spec,
  stream: (id) => createStreamName(spec.category, id),
})
