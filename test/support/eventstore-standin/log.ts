import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

export type ProposedEvent = {
  readonly id: string
  readonly type: string
  readonly contentType: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

export type LogRecord = ProposedEvent & {
  readonly stream: string
  readonly revision: bigint
  /** Commit and prepare position, which are the same without explicit transactions. */
  readonly position: bigint
  readonly createdMs: number
}

export type Expected = bigint | 'any' | 'no-stream' | 'stream-exists'

export type AppendOutcome =
  | { readonly outcome: 'success'; readonly revision: bigint; readonly position: bigint }
  | { readonly outcome: 'wrong-expected-version'; readonly actual: bigint | null }
  | { readonly outcome: 'deleted' }

export type StreamView = 'not-found' | 'deleted' | readonly LogRecord[]

/** What a KurrentDB node keeps, in memory, and in a file where one is given. */
export type StandInLog = {
  readonly records: readonly LogRecord[]
  /** Where the next record will begin. */
  readonly end: bigint
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): AppendOutcome
  /** The events of a stream that its metadata (`$tb`, `$maxCount`) leaves. */
  read(stream: string): StreamView
  /** `$tb` beyond every event, as a soft delete sets it. */
  softDelete(stream: string, expected: Expected): AppendOutcome
  tombstone(stream: string, expected: Expected): AppendOutcome
  /** As a scavenge does with what nobody may read any more. */
  erase(record: LogRecord): void
  /** The index of the first record at or after a position. */
  indexAt(position: bigint): number
  /** Calls back after every append, until the returned function is called. */
  onAppend(listener: () => void): () => void
}

const maxRevision = 2n ** 63n - 1n
/** What a record takes in a log file beside its data. */
const recordOverhead = 88

export const createStandInLog = ({ file }: { readonly file?: string } = {}): StandInLog => {
  const records: LogRecord[] = []
  const streams = new Map<string, LogRecord[]>()
  const deleted = new Set<string>()
  const listeners = new Set<() => void>()
  let nextPosition = 0n

  const ofStream = (stream: string): LogRecord[] => {
    const known = streams.get(stream)
    if (known !== undefined) return known
    const fresh: LogRecord[] = []
    streams.set(stream, fresh)
    return fresh
  }

  const admit = (record: LogRecord): void => {
    records.push(record)
    nextPosition = record.position + BigInt(recordOverhead + sizeOf(record) + record.stream.length)
    if (record.revision === maxRevision) deleted.add(record.stream)
    else ofStream(record.stream).push(record)
  }

  const write = (stream: string, revision: bigint, event: ProposedEvent): LogRecord => {
    const record = { ...event, stream, revision, position: nextPosition, createdMs: Date.now() }
    admit(record)
    if (file !== undefined) appendFileSync(file, `${encode(record)}\n`)
    return record
  }

  const tell = (): void => {
    for (const listener of [...listeners]) listener()
  }

  const lastRevision = (stream: string): bigint => BigInt((streams.get(stream)?.length ?? 0) - 1)

  const metadataOf = (stream: string): { readonly $tb?: number; readonly $maxCount?: number } => {
    const last = streams.get(`$$${stream}`)?.at(-1)
    return last === undefined ? {} : JSON.parse(Buffer.from(last.data).toString('utf8'))
  }

  const isSoftDeleted = (stream: string): boolean => BigInt(metadataOf(stream).$tb ?? 0) > lastRevision(stream) + 1n

  const read = (stream: string): StreamView => {
    if (deleted.has(stream)) return 'deleted'
    const all = streams.get(stream)
    if (all === undefined || isSoftDeleted(stream)) return 'not-found'
    const { $tb = 0, $maxCount = all.length } = metadataOf(stream)
    return all.slice(Math.max($tb, all.length - $maxCount, 0))
  }

  const success = ({ revision, position }: LogRecord): AppendOutcome => ({ outcome: 'success', revision, position })

  /** The server's decision (`IndexWriter.CheckCommit`): null to write, else its answer. */
  const check = (stream: string, expected: Expected, events: readonly ProposedEvent[]): AppendOutcome | null => {
    if (deleted.has(stream)) return { outcome: 'deleted' }
    const current = lastRevision(stream)
    const wrong: AppendOutcome = { outcome: 'wrong-expected-version', actual: current < 0n ? null : current }
    const stored = streams.get(stream) ?? []
    if (expected === 'any' || expected === 'stream-exists') {
      if (expected === 'stream-exists' && (current < 0n || isSoftDeleted(stream))) return wrong
      const found = events.map(({ id }) => stored.find((record) => record.id === id))
      if (found[0] === undefined) return null
      const last = found.at(-1)
      return last !== undefined && found.every((record) => record !== undefined) ? success(last) : wrong
    }
    const before = expected === 'no-stream' ? -1n : expected
    if (before > current) return wrong
    if (before === current) return null
    const there = stored.slice(Number(before) + 1, Number(before) + 1 + events.length)
    const last = there.at(-1)
    if (
      last !== undefined &&
      there.length === events.length &&
      there.every(({ id }, index) => id === events[index]?.id)
    ) {
      return success(last)
    }
    return expected === 'no-stream' && isSoftDeleted(stream) && there[0]?.id !== events[0]?.id ? null : wrong
  }

  const append: StandInLog['append'] = (stream, expected, events) => {
    const answer = check(stream, expected, events)
    if (answer !== null) return answer
    const revives = isSoftDeleted(stream)
    let revision = lastRevision(stream)
    if (revives) writeMetadata(stream, { ...metadataOf(stream), $tb: Number(revision) + 1 })
    let last: LogRecord | undefined
    for (const event of events) last = write(stream, ++revision, event)
    tell()
    return last === undefined ? { outcome: 'success', revision, position: nextPosition } : success(last)
  }

  const writeMetadata = (stream: string, metadata: object): LogRecord =>
    write(`$$${stream}`, lastRevision(`$$${stream}`) + 1n, systemEvent('$metadata', metadata))

  const unlessWrong = (stream: string, expected: Expected, remove: () => LogRecord): AppendOutcome => {
    if (deleted.has(stream)) return { outcome: 'deleted' }
    const current = lastRevision(stream)
    const wanted = expected === 'no-stream' ? -1n : expected
    if (typeof wanted === 'bigint' && wanted !== current) {
      return { outcome: 'wrong-expected-version', actual: current < 0n ? null : current }
    }
    const record = remove()
    tell()
    return success(record)
  }

  if (file !== undefined && existsSync(file)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') admit(decode(line))
  }
  // A real log is never empty.
  if (records.length === 0) writeMetadata('$users', { $maxCount: 1 })

  return {
    records,
    get end() {
      return nextPosition
    },
    append,
    read,
    softDelete: (stream, expected) =>
      unlessWrong(stream, expected, () =>
        writeMetadata(stream, { ...metadataOf(stream), $tb: Number.MAX_SAFE_INTEGER }),
      ),
    tombstone: (stream, expected) =>
      unlessWrong(stream, expected, () => write(stream, maxRevision, systemEvent('$streamDeleted', {}))),
    erase: (record) => {
      records.splice(records.indexOf(record), 1)
    },
    indexAt: (position) => {
      let [low, high] = [0, records.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((records[middle]?.position ?? position) < position) low = middle + 1
        else high = middle
      }
      return low
    },
    onAppend: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** As the server measures what it appends. */
export const sizeOf = ({ type, data, metadata }: ProposedEvent): number =>
  type.length * 2 + data.length + metadata.length

const systemEvent = (type: string, data: object): ProposedEvent => ({
  id: randomUUID(),
  type,
  contentType: 'application/json',
  data: Buffer.from(JSON.stringify(data)),
  metadata: Buffer.alloc(0),
})

const encode = ({ data, metadata, revision, position, ...rest }: LogRecord): string =>
  JSON.stringify({
    ...rest,
    revision: String(revision),
    position: String(position),
    data: Buffer.from(data).toString('base64'),
    metadata: Buffer.from(metadata).toString('base64'),
  })

const decode = (line: string): LogRecord => {
  const { data, metadata, revision, position, ...rest } = JSON.parse(line)
  return {
    ...rest,
    revision: BigInt(revision),
    position: BigInt(position),
    data: Buffer.from(data, 'base64'),
    metadata: Buffer.from(metadata, 'base64'),
  }
}
