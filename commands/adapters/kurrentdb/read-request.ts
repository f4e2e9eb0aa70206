import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import { beforeFirst, type Position } from '../../ports/event-store.ts'

const { Options } = streams.ReadReq

/** Which records: by the names of their streams (a regular expression as .NET understands it, or how they begin), or by how their types begin. */
export type RecordFilter =
  | { readonly streamRegex: string }
  | { readonly streamPrefixes: readonly string[] }
  | { readonly typePrefixes: readonly string[] }

export type ReadRequest = {
  readonly filter: RecordFilter
  /** Whether it goes on with what is appended from now on. */
  readonly live: boolean
  /** The end: backwards from there. A position of a record: forwards, a read with it, and a subscription after it. */
  readonly from: Position | 'end'
  /** How many records the server looks through in one go; a subscription is told where it is after each. */
  readonly window: number
}

/** A request to `Read` of `streams.proto` for records of `$all`. Ids come as text, links as they are. */
export const createReadRequest = ({
  filter,
  live,
  from,
  window,
}: ReadRequest): InstanceType<typeof streams.ReadReq> => {
  const { BACKWARDS, FORWARDS } = Options.ReadDirection
  const options = new Options()
    .setAll(placeOf(from))
    .setReadDirection(from === 'end' ? BACKWARDS : FORWARDS)
    .setUuidOption(new Options.UUIDOption().setString(new shared.Empty()))
    .setFilter(expressionOf(filter).setMax(window).setCheckpointintervalmultiplier(1))
  const howMany = live
    ? options.setSubscription(new Options.SubscriptionOptions())
    : options.setCount(String(Number.MAX_SAFE_INTEGER))
  return new streams.ReadReq().setOptions(howMany)
}

const placeOf = (from: ReadRequest['from']): InstanceType<typeof Options.AllOptions> => {
  const place = new Options.AllOptions()
  if (from === 'end') return place.setEnd(new shared.Empty())
  if (from === beforeFirst) return place.setStart(new shared.Empty())
  const position = String(from)
  return place.setPosition(new Options.Position().setCommitPosition(position).setPreparePosition(position))
}

const expressionOf = (filter: RecordFilter): InstanceType<typeof Options.FilterOptions> => {
  const expression = new Options.FilterOptions.Expression()
  const options = new Options.FilterOptions()
  if ('streamRegex' in filter) return options.setStreamIdentifier(expression.setRegex(filter.streamRegex))
  if ('streamPrefixes' in filter) {
    return options.setStreamIdentifier(expression.setPrefixList([...filter.streamPrefixes]))
  }
  return options.setEventType(expression.setPrefixList([...filter.typePrefixes]))
}
