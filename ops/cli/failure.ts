/** What the client's exit code says. `done` also when the wish was fact already. */
export const exitCodes = {
  done: 0,
  /** The client itself could not do its work: no server, no token, a broken connection. */
  trouble: 1,
  /** The request was refused and nothing has changed. */
  refused: 2,
  /** The operation failed or was cancelled. */
  failed: 3,
  /** The operation's deadline or the time to wait has passed. */
  deadline: 4,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export type FailureDetails = {
  readonly code: string
  readonly message: string
  readonly field?: string | null
  readonly details?: unknown
  /** Where several things are wrong with an input. */
  readonly faults?: readonly { readonly code: string; readonly message: string; readonly field: string | null }[]
}

/** A result as `Output.one` takes it. */
export type Result = { readonly value: object; readonly lines: () => readonly string[] }

/** `result`: what is to be shown in spite of the failure. */
export type FailureOptions = { readonly cause?: unknown; readonly result?: Result }

/** Ends a command: `message` goes to standard error, `failure` to standard output where JSON or YAML was asked for. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure'
  readonly exitCode: ExitCode
  readonly failure: FailureDetails
  readonly result: Result | undefined
  constructor(exitCode: ExitCode, failure: FailureDetails, { result, ...options }: FailureOptions = {}) {
    super(failure.message, options)
    this.exitCode = exitCode
    this.failure = failure
    this.result = result
  }
}

export const trouble = (code: string, message: string, cause?: unknown): CliFailure =>
  new CliFailure(exitCodes.trouble, { code, message }, { cause })

export const refused = (failure: FailureDetails): CliFailure => new CliFailure(exitCodes.refused, failure)
