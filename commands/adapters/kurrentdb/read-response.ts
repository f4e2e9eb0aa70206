import { createWireReader, type WireReader } from './wire-reader.ts'

/** A record as the server sends it. `data` and `metadata` are as the client gives them. */
export type ReceivedRecord = {
  readonly id: string
  readonly type: string
  readonly streamId: string
  readonly revision: number
  readonly data: unknown
  readonly metadata: unknown
  readonly position: LogPlace
}

type LogPlace = { readonly commit: number; readonly prepare: number }

/** An answer of `Read`. `other`: nothing that a subscription needs. */
export type ReadResponse =
  | { readonly kind: 'event'; readonly event: ReceivedRecord }
  | { readonly kind: 'checkpoint'; readonly position: LogPlace }
  | { readonly kind: 'confirmation' | 'caught-up' | 'other' }

/**
 * `ReadResp` of `streams.proto`, read from its bytes. Ids must have been asked for as text, and links must not be resolved. What the client
 * makes of the same bytes first (an object for every message in them, a `bigint` for every number, a date) was half of what
 * reading a log cost; the tests compare the two. Throws on bytes that are not of this protocol.
 */
export const readResponse = (bytes: Buffer): ReadResponse => {
  const reader = createWireReader(bytes)
  let response: ReadResponse = { kind: 'other' }
  while (reader.next()) {
    const field = reader.field()
    if (field === 1) response = reader.message(readEvent) ?? response
    else if (field === 3) response = { kind: 'checkpoint', position: reader.message(readPlace) }
    else {
      if (field === 2) response = { kind: 'confirmation' }
      else if (field === 8) response = { kind: 'caught-up' }
      reader.skip()
    }
  }
  return response
}

const readEvent = (reader: WireReader): ReadResponse | null => {
  let response: ReadResponse | null = null
  while (reader.next()) {
    if (reader.field() === 1) response = { kind: 'event', event: reader.message(readRecord) }
    else reader.skip()
  }
  return response
}

const readPlace = (reader: WireReader): LogPlace => {
  let [commit, prepare] = [0, 0]
  while (reader.next()) {
    const field = reader.field()
    if (field === 1) commit = reader.number()
    else if (field === 2) prepare = reader.number()
    else reader.skip()
  }
  return { commit, prepare }
}

const readRecord = (reader: WireReader): ReceivedRecord => {
  let [id, streamId, type, contentType] = ['', '', '', '']
  let [revision, prepare, commit] = [0, 0, 0]
  let metadata: unknown
  let data: Buffer = nothing
  const readProperty = (property: WireReader): void => {
    let [key, value] = [nothing, nothing]
    while (property.next()) {
      const field = property.field()
      if (field === 1) key = property.bytes()
      else if (field === 2) value = property.bytes()
      else property.skip()
    }
    // There are others in every record, of which no text need be made.
    if (key.equals(typeKey)) type = value.toString()
    else if (key.equals(contentTypeKey)) contentType = value.toString()
  }
  while (reader.next()) {
    const field = reader.field()
    if (field === 1) id = reader.message(readId)
    else if (field === 2) streamId = reader.message(readStreamName)
    else if (field === 3) revision = reader.number()
    else if (field === 4) prepare = reader.number()
    else if (field === 5) commit = reader.number()
    else if (field === 6) reader.message(readProperty)
    else if (field === 7) metadata = parseMetadata(reader.bytes())
    else if (field === 8) data = reader.bytes()
    else reader.skip()
  }
  const isJson = contentType === 'application/json'
  return {
    id,
    type,
    streamId,
    revision,
    data: isJson ? parseData(data) : data,
    metadata,
    position: { commit, prepare },
  }
}

const nothing: Buffer = Buffer.alloc(0)
const typeKey = Buffer.from('type')
const contentTypeKey = Buffer.from('content-type')

/** The one text of a message, in the field of this number. */
const textIn =
  (wanted: number) =>
  (reader: WireReader): string => {
    let text = ''
    while (reader.next()) {
      if (reader.field() === wanted) text = reader.text()
      else reader.skip()
    }
    return text
  }

/** Of `UUID`, where the other form is two numbers. */
const readId = textIn(2)
/** Of `StreamIdentifier`. */
const readStreamName = textIn(3)

/** What is no JSON is given as the text it is, as the client does. */
const parseData = (bytes: Buffer): unknown => {
  const text = bytes.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What is no JSON is given as the bytes it is, as the client does. */
const parseMetadata = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
}
