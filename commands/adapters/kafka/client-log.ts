import { type logCreator, logLevel } from 'kafkajs'
import type { Log } from '../../../kernel/log.ts'

/** What of the client's own log is passed on. Anything else, such as the bytes of requests, could hold what nobody should read. */
const passedOn = ['broker', 'clientId', 'groupId', 'memberId', 'topic', 'partition', 'retryCount', 'retryTime', 'error']

/**
 * Writes the log of kafkajs to ours, a step lower: what it calls an error is mostly what it tries again (what is not, we report), and its
 * information (who joined, who stopped) is detail to us.
 */
export const createClientLog =
  (log: Log): logCreator =>
  () =>
  ({ namespace, level, log: { message, ...fields } }) => {
    const isTrouble = level === logLevel.ERROR || level === logLevel.WARN
    const write = isTrouble && !isOrdinary(namespace, message) ? log.warn : log.debug
    const safe = passedOn.flatMap((name) => (fields[name] === undefined ? [] : [[name, textOf(fields[name])]]))
    write.call(log, { kafka: namespace || 'client', ...Object.fromEntries(safe) }, `kafka: ${message}`)
  }

/** What these complain of is tried again, or comes to us as an error, which we report. */
const reported: ReadonlySet<string> = new Set(['Consumer', 'Producer', 'Runner'])

/** On a cluster that has just started, refusals are most of what brokers say. */
const isOrdinary = (namespace: string, message: string): boolean =>
  reported.has(namespace) || (namespace === 'Connection' && message.startsWith('Response '))

const textOf = (value: unknown): string | number =>
  value instanceof Error ? value.message : typeof value === 'number' ? value : String(value)
