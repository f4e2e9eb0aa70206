/** Where in which trace something happened, and whether that trace is kept. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly isSampled: boolean }

// A version to come may add fields behind; `ff` is no version. https://www.w3.org/TR/trace-context/#traceparent-header
const shape =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<more>-.*)?$/
const allZero = /^0+$/
const sampledFlag = 1

/** Reads a W3C `traceparent`. Null when it is none: then whoever sent it is treated as one who sent nothing. */
export const tryParseTraceparent = (text: string): TraceContext | null => {
  const { version, trace = '', span = '', flags = '', more } = shape.exec(text)?.groups ?? {}
  if (version === undefined || (version === '00' && more !== undefined)) return null
  if (allZero.test(trace) || allZero.test(span)) return null
  return { traceId: trace, spanId: span, isSampled: (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag }
}

/** In version 00, which everybody reads. */
export const formatTraceparent = ({ traceId, spanId, isSampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`

/** What came from outside, as it may be recorded and passed on; undefined when it is no `traceparent`. */
export const acceptTraceparent = (text: string | null | undefined): string | undefined => {
  const context = text ? tryParseTraceparent(text) : null
  return context ? formatTraceparent(context) : undefined
}
