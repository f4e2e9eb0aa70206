import type { LogRecord } from './log.ts'
import { streamNameOf } from './messages.ts'
import type { ReadOptions } from './read-call.ts'

export type Filter = {
  readonly allows: (record: LogRecord) => boolean
  /** How many records, chosen or not, a page looks through. */
  readonly window: number
  /** After how many records there is a checkpoint; none without a filter. */
  readonly checkpointInterval: number
}

const defaultWindow = 32

/** Of a subscription to a stream as well, which takes the stream's records after a revision. */
export const filterOf = (options: ReadOptions): Filter => {
  const unlimited = { window: defaultWindow, checkpointInterval: Number.POSITIVE_INFINITY }
  const stream = options.getStream()
  if (stream !== undefined) {
    const name = streamNameOf(stream.getStreamIdentifier())
    const after = stream.hasRevision() ? BigInt(stream.getRevision()) : -1n
    return { allows: (record) => record.stream === name && record.revision > after, ...unlimited }
  }
  const filter = options.getFilter()
  if (filter === undefined) return { allows: () => true, ...unlimited }
  const expression = filter.getStreamIdentifier() ?? filter.getEventType()
  const regex = expression?.getRegex()
  const pattern = regex ? new RegExp(regex) : undefined
  const prefixes = expression?.getPrefixList() ?? []
  const matches = (text: string): boolean => pattern?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix))
  const window = filter.hasMax() ? filter.getMax() : defaultWindow
  return {
    allows: filter.hasStreamIdentifier() ? ({ stream: name }) => matches(name) : ({ type }) => matches(type),
    window,
    checkpointInterval: window * filter.getCheckpointintervalmultiplier(),
  }
}
