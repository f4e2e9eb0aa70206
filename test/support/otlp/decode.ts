export type AttributeValue = string | number | boolean | readonly AttributeValue[]
export type Attributes = Readonly<Record<string, AttributeValue>>

/** A span as it was sent. Ids in hex; `parentSpanId` is empty where a trace begins. */
export type ExportedSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  /** As OTLP counts: 1 internal, 2 server, 4 producer, 5 consumer. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  /** 2: error. */
  readonly status: number
  readonly resource: Attributes
}

/** Of one message: what each field number holds, in order. Bytes are left as they are, as they may be text or a message. */
type Fields = ReadonlyMap<number, readonly (Buffer | bigint)[]>

/** The wire format of protocol buffers: https://protobuf.dev/programming-guides/encoding/ */
const fieldsOf = (bytes: Buffer): Fields => {
  const fields = new Map<number, (Buffer | bigint)[]>()
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at]
      if (byte === undefined) throw new Error('the message ends in the middle of a number')
      at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the message ends in the middle of a field')
    at += length
    return bytes.subarray(at - length, at)
  }
  const readers: Readonly<Record<number, () => Buffer | bigint>> = {
    0: varint,
    1: () => take(8).readBigUInt64LE(),
    2: () => take(Number(varint())),
    5: () => BigInt(take(4).readUInt32LE()),
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const read = readers[tag & 7]
    if (!read) throw new Error(`a field has the unknown wire type ${tag & 7}`)
    const known = fields.get(tag >> 3) ?? []
    fields.set(tag >> 3, [...known, read()])
  }
  return fields
}

const messages = (fields: Fields, number: number): readonly Fields[] =>
  (fields.get(number) ?? []).map((field) => fieldsOf(field as Buffer))
const bytesOf = (fields: Fields, number: number): Buffer => (fields.get(number)?.[0] as Buffer) ?? Buffer.alloc(0)
const textOf = (fields: Fields, number: number): string => bytesOf(fields, number).toString('utf8')
const numberOf = (fields: Fields, number: number): bigint => (fields.get(number)?.[0] as bigint) ?? 0n

const attributeOf = (fields: Fields): AttributeValue => {
  if (fields.has(1)) return textOf(fields, 1)
  if (fields.has(2)) return numberOf(fields, 2) === 1n
  if (fields.has(3)) return Number(BigInt.asIntN(64, numberOf(fields, 3)))
  if (fields.has(5)) return messages(fieldsOf(bytesOf(fields, 5)), 1).map(attributeOf)
  throw new Error(`an attribute is of a kind that is not expected here: fields ${[...fields.keys()]}`)
}

const attributesOf = (fields: Fields, number: number): Attributes =>
  Object.fromEntries(
    messages(fields, number).map((pair) => [textOf(pair, 1), attributeOf(fieldsOf(bytesOf(pair, 2)))] as const),
  )

const spanOf = (fields: Fields, resource: Attributes): ExportedSpan => ({
  traceId: bytesOf(fields, 1).toString('hex'),
  spanId: bytesOf(fields, 2).toString('hex'),
  parentSpanId: bytesOf(fields, 4).toString('hex'),
  name: textOf(fields, 5),
  kind: Number(numberOf(fields, 6)),
  startMs: Number(numberOf(fields, 7)) / 1e6,
  endMs: Number(numberOf(fields, 8)) / 1e6,
  attributes: attributesOf(fields, 9),
  status: Number(messages(fields, 15)[0]?.get(3)?.[0] ?? 0n),
  resource,
})

/** The spans of an OTLP `ExportTraceServiceRequest`: opentelemetry-proto, trace/v1/trace.proto. */
export const decodeSpans = (body: Buffer): readonly ExportedSpan[] =>
  messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans, 1)
    const attributes = resource ? attributesOf(resource, 1) : {}
    return messages(resourceSpans, 2).flatMap((scope) => messages(scope, 2).map((span) => spanOf(span, attributes)))
  })
