import type { EventFragment } from './generated/graphql.ts'
import { shortId } from './short-ids.ts'
import { exactLocalTime } from './time.ts'

/** An event of the audit log in a line. */
export const eventLine = (event: EventFragment): string =>
  lineOf(event, `${event.type.padEnd(28)}  ${event.stream}`, (name) => name)

/** The same where it is known of what: without its stream, and with short ids. */
export const briefEventLine = (event: EventFragment): string =>
  `${lineOf(event, event.type, shortId)}${originOf(event)}`

const lineOf = (
  { at, actor, data, unreadable }: EventFragment,
  what: string,
  nameAgent: (name: string) => string,
): string => {
  if (at === null || actor === null) return `${'unreadable'.padEnd(exactTimeChars)}  ${what}  (${unreadable?.reason})`
  return `${exactLocalTime(at)}  ${what}  by ${whoIs(actor, nameAgent)}${remarkOf(data)}`
}

const whoIs = ({ kind, name }: NonNullable<EventFragment['actor']>, nameAgent: (name: string) => string): string => {
  if (kind === 'SYSTEM') return name
  return `${kind.toLowerCase()} ${kind === 'AGENT' ? nameAgent(name) : name}`
}

/** As long as what `exactLocalTime` gives. */
const exactTimeChars = 23

/** What somebody asked for, and from where. */
const originOf = ({ command, request }: EventFragment): string => {
  if (command === null && request === null) return ''
  const from = request?.network ? ` from ${request.network}` : ''
  const by = request?.client ? ` by ${request.client}` : ''
  const words = [command ?? [], request ? `request ${request.id}${from}${by}` : []].flat()
  return `  [${words.join(', ')}]`
}

/** What makes an event of a kind differ from the next at first sight. */
const remarkOf = (data: EventFragment['data']): string => {
  const { name, step, status, health, reason, fault } = data as Readonly<Record<string, unknown>>
  const healthInWords = health && reason ? `${health}: ${reason}` : health
  const words = [name, step, status, healthInWords, (fault as { code?: string } | undefined)?.code].filter(Boolean)
  return words.length > 0 ? `  (${words.join(', ')})` : ''
}
