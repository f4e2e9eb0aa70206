import { z } from 'zod'
import type { GuestPayload } from '../guest/command.ts'
import type { OperationSubject } from './subject.ts'

/** What the agent has told of a step that is done, as the step's definition keeps it. */
export const stepResultSchema = z.record(z.string(), z.unknown())
export type StepResult = z.infer<typeof stepResultSchema>
/** By the name of the step. */
export const stepResultsSchema = z.record(z.string(), stepResultSchema)
export type StepResults = z.infer<typeof stepResultsSchema>

/** What has come of an operation so far. `begun`: the names of its steps that were, in order; the last may not have ended. */
export type Done = { readonly begun: readonly string[]; readonly results: StepResults }

export const nothingDone: Done = { begun: [], results: {} }

/** One outcome that the agent is asked to make true. */
export type Step = {
  readonly name: string
  readonly timeoutMs: number
  /** Each progress that is told gives it so much more time, within that of all steps. Absent: it has its own time and no more. */
  readonly silenceMs?: number
  /**
   * What is asked of the agent; null when this subject needs nothing after what is done already, and the step is left out. Pure, and asked again after
   * every step: a step may rest on what the earlier ones have told, and one that undoes others on which of them were begun.
   */
  readonly payload: (subject: OperationSubject, done: Done) => GuestPayload | null
  /** What the agent has to tell of it, checked when its result comes in. Absent: nothing of what it tells is kept. */
  readonly result?: z.ZodType<StepResult | undefined>
  /** Stays true as a wish after the operation gave up waiting: an agent that returns late still does it. */
  readonly outlastsOperation?: true
  /** Counts as done once its host is lost: nothing of it can be used any more, and it is carried out when the host is back. */
  readonly settledWithoutHost?: true
}

/** A long-running wish as data: what is done, in order, and how it is undone. Interpreted by `domain/operation`. */
export type Process = {
  readonly steps: readonly Step[]
  /** Brings the instance back to where it was before, from whichever step had begun. Empty: there is no way back. */
  readonly compensation: readonly Step[]
  /** How the compensation leaves the engine, which its last step verifies; null when it leaves none, or there is none. */
  readonly undoneTo: 'ACTIVE' | 'STOPPED' | null
  /** Another host may do all of it instead: nothing of it is used before it has ended. */
  readonly movable?: true
  /** Why it cannot be cancelled; null when it can. */
  readonly notCancellable: string | null
  /** What may be there when neither the steps nor undoing them came to an end. */
  readonly remains: string
}

export const seconds = (count: number): number => count * 1000

/**
 * The least that a step is given, however soon it is done: the bus may be away for half a minute just then, and takes a moment to come back. What
 * the agent did meanwhile is to be heard of.
 */
export const leastStepMs = seconds(90)

/** How far a step is becomes an event at most so often, except for new words. */
export const progressEveryMs = 1_000
/** And at most so many times for each attempt, whatever its agent says. */
export const mostProgressEvents = 200

/** How long to wait before the second and the third attempt at a step. */
export const retryDelaysMs: readonly number[] = [2_000, 10_000]

/** Reads what a step has told, by the schema that its definition keeps it by; null where it has told nothing. */
export const resultReader =
  <Result extends StepResult>(step: string, schema: z.ZodType<Result>) =>
  (results: StepResults): Result | null =>
    results[step] === undefined ? null : schema.parse(results[step])
