/** Ids, kinds and counts. Never data, what people have named or typed in, or the message of an error. What is null or undefined is left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>

export type SpanOptions = {
  /** The W3C `traceparent` of what led to this, as it was recorded with it: an event, a message, a request. */
  readonly parent: string | undefined
  /** Begins a trace where there is no parent. Without it, what has no parent is not traced: it was not meant to be. */
  readonly mayBegin?: boolean
  /** `server`: answers a request. `producer`, `consumer`: of a message. Default `internal`. */
  readonly kind?: 'internal' | 'server' | 'producer' | 'consumer'
  readonly attributes?: SpanAttributes
  /** Milliseconds since 1970, for what is told when it is over. Default now. */
  readonly startedAt?: number
}

export interface Span {
  /** To be recorded with all that this leads to. Where nothing is traced it is the parent, so that the trace of others is passed on. */
  readonly traceparent: string | undefined
  note(attributes: SpanAttributes): void
  /** Called once. Of an error only its `code`, or else its name, is told. */
  end(error?: unknown): void
}

/**
 * Tells how long what took, and what led to it. What follows from something may be done by another process, days later: it is joined
 * by the `traceparent` recorded with the cause alone. Never throws, never waits.
 */
export interface Tracer {
  start(name: string, options: SpanOptions): Span
}

/** Tells nobody, and passes on the trace that others have begun. */
export const noTracer: Tracer = {
  start: (_name, { parent }) => ({ traceparent: parent, note: () => {}, end: () => {} }),
}

/** A span around some work: it ends with it, and with its error. */
export const inSpan = async <Result>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> => {
  const span = tracer.start(name, options)
  try {
    const result = await work(span)
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}
