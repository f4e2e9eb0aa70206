import type { EventStore, NewEvent } from '../../commands/ports/event-store.ts'
import type { MessageBus, OutgoingMessage } from '../../commands/ports/message-bus.ts'
import { guestCommandSchema } from '../../domain/guest/command.ts'
import { agentReportSchema } from '../../domain/guest/report.ts'
import { agentResultsTopic } from '../../domain/guest/topics.ts'
import { compose } from '../../ops/compose.ts'
import { loadConfig } from '../../ops/config.ts'
import { createLog } from '../../ops/log.ts'
import { crashPointSchema } from './crash-point.ts'

/** The server as it is, but for one moment (its argument, a `CrashPoint` as JSON) at which it ends itself without a warning. */
const point = crashPointSchema.parse(JSON.parse(process.argv[2] ?? ''))

const crash = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

/** Operations that began in this process: what is told of earlier ones once more is no moment of theirs. */
const begun = new Set<string>()
const noteBegun = ({ type, data }: NewEvent): void => {
  if (type === 'OperationStarted') begun.add((data as { readonly operationId: string }).operationId)
}

const isEvent = ({ type, data }: NewEvent): boolean =>
  point.at === 'append' &&
  type === point.type &&
  (point.step === undefined || (data as { readonly step?: string }).step === point.step)

let results = 0
const isResult = ({ topic, value }: OutgoingMessage): boolean => {
  if (point.at !== 'result' || topic !== agentResultsTopic) return false
  const report = agentReportSchema.parse(JSON.parse(value))
  if ((report.type !== 'succeeded' && report.type !== 'failed') || !begun.has(report.operationId)) return false
  results += 1
  return results === point.nth
}

const isCommand = ({ topic, headers, value }: OutgoingMessage): boolean =>
  point.at === 'command' &&
  topic.endsWith('.commands') &&
  headers?.type === point.kind &&
  begun.has(guestCommandSchema.parse(JSON.parse(value)).operationId)

const around = async <T>(matches: boolean, work: () => Promise<T>): Promise<T> => {
  if (matches && point.when === 'before') crash()
  const done = await work()
  if (matches && point.when === 'after') crash()
  return done
}

const crashingStore = (store: EventStore): EventStore => ({
  ...store,
  append: (stream, events, expected) => {
    events.forEach(noteBegun)
    return around(events.some(isEvent), () => store.append(stream, events, expected))
  },
})

const crashingBus = (bus: MessageBus): MessageBus => ({
  ...bus,
  publish: (messages) =>
    around(
      messages.some((message) => isResult(message) || isCommand(message)),
      () => bus.publish(messages),
    ),
})

const { config } = loadConfig(process.env)
const server = compose(config, createLog(config, process.stderr), { eventStore: crashingStore, bus: crashingBus })
const { url } = await server.start(AbortSignal.timeout(60_000))
process.stdout.write(`Coffer is ready at ${url}\n`)
