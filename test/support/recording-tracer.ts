import { noTracer, type SpanAttributes, type Tracer } from '../../kernel/tracer.ts'

export type RecordedSpan = {
  readonly name: string
  readonly parent: string | undefined
  /** Of this span, to be found as the parent of others. */
  readonly traceparent: string
  attributes: SpanAttributes
  /** `open` until it has ended. */
  outcome: 'open' | 'done' | 'failed'
}

/** Keeps the spans that are to be told. */
export const createRecordingTracer = (): Tracer & { readonly spans: readonly RecordedSpan[] } => {
  const spans: RecordedSpan[] = []
  return {
    spans,
    start: (name, options) => {
      const { parent, mayBegin, attributes = {} } = options
      if (parent === undefined && !mayBegin) return noTracer.start(name, options)
      const traceparent = `00-${'a'.repeat(32)}-${String(spans.length + 1).padStart(16, '0')}-01`
      const span: RecordedSpan = { name, parent, traceparent, attributes, outcome: 'open' }
      spans.push(span)
      return {
        traceparent,
        note: (more) => {
          span.attributes = { ...span.attributes, ...more }
        },
        end: (error) => {
          span.outcome = error === undefined ? 'done' : 'failed'
        },
      }
    },
  }
}
