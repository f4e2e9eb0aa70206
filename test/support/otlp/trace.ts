import type { ExportedSpan } from './decode.ts'

/** The names of a span and all that led to it, the first cause first, as far as they are known. */
export const causesOf = (spans: readonly ExportedSpan[], span: ExportedSpan): readonly string[] => {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
  if (parent) return [...causesOf(spans, parent), span.name]
  return [span.name]
}
