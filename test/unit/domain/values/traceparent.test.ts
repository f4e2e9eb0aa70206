import { describe, expect, it } from 'vitest'
import { acceptTraceparent, formatTraceparent, tryParseTraceparent } from '../../../../domain/values/traceparent.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${spanId}-01`

describe('a traceparent', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
    ['02', false],
  ])('with the flags %s says whether its trace is kept: %s', (flags, isSampled) => {
    expect(tryParseTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({ traceId, spanId, isSampled })
  })

  it('is written as it was read', () => {
    const context = tryParseTraceparent(traceparent)
    expect(context && formatTraceparent(context)).toBe(traceparent)
  })

  it('of a version to come is taken for what this version understands of it', () => {
    expect(acceptTraceparent(`cc-${traceId}-${spanId}-01-what-is-to-come`)).toBe(traceparent)
  })

  it.each([
    ['nothing', ''],
    ['no version there can be', `ff-${traceId}-${spanId}-01`],
    ['more than its version has', `${traceparent}-more`],
    ['no trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['no span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['capitals', traceparent.toUpperCase()],
    ['two in one header', `${traceparent}, ${traceparent}`],
    ['a line break', `${traceparent}\n`],
    ['something else', 'x'.repeat(55)],
  ])('is none when it is %s', (_what, text) => {
    expect(tryParseTraceparent(text)).toBeNull()
    expect(acceptTraceparent(text)).toBeUndefined()
  })

  it('may be missing', () => {
    expect([acceptTraceparent(null), acceptTraceparent(undefined)]).toEqual([undefined, undefined])
  })
})
