import type { Consumer, IncomingMessage, MessageBus } from '../commands/ports/message-bus.ts'
import { guestCommandSchema } from '../domain/guest/command.ts'
import { type HoldingsAnswer, holdingsAnswerSchema } from '../domain/guest/holdings-answer.ts'
import { type RegistrationAnswer, registrationAnswerSchema } from '../domain/guest/registration-answer.ts'
import { agentCommandsTopic, inboxGroup } from '../domain/guest/topics.ts'
import type { HostId } from '../domain/ids.ts'
import type { KnownFault } from '../domain/values/fault.ts'
import { acceptTraceparent } from '../domain/values/traceparent.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Accounts } from './accounts.ts'
import type { Channel } from './channel.ts'
import { staleEpoch } from './faults.ts'
import type { Journal, TakenCommand } from './journal/journal.ts'
import { type CommandAddress, commandAddressSchema, failedReport, notUnderstood } from './refuse-command.ts'
import type { Reporter } from './reporter.ts'

export type InboxDeps = {
  readonly hostId: HostId
  readonly bus: MessageBus
  readonly channel: Pick<Channel, 'isGenuine'>
  readonly accounts: Pick<Accounts, 'tell'>
  readonly journal: Journal
  readonly reporter: Reporter
  readonly clock: WallClock
  readonly ids: IdSource
  readonly log: Log
  readonly take: (command: TakenCommand) => void
  readonly onRegistrationAnswer: (answer: RegistrationAnswer) => void
  readonly onHoldingsAnswer: (answer: HoldingsAnswer) => void
}

/**
 * Takes commands from the bus into the journal; the work is done elsewhere, as a handler must not hold up the bus. What cannot be
 * understood is answered with a fault where it says whom to answer, and logged where it does not.
 */
export const openInbox = (deps: InboxDeps): Consumer =>
  deps.bus.consume({
    group: inboxGroup(deps.hostId),
    topics: [agentCommandsTopic(deps.hostId)],
    start: 'earliest',
    // The lock on its data directory lets one process be the agent of a host.
    membership: 'single',
    handle: (message) => receive(deps, message),
  })

const receive = async (deps: InboxDeps, message: IncomingMessage): Promise<void> => {
  const { hostId, channel, journal, reporter, clock, log } = deps
  if (!channel.isGenuine(message)) return
  const json = tryParseJson(message.value)
  const answer = registrationAnswerSchema.safeParse(json)
  if (answer.success) {
    if (answer.data.hostId === hostId) deps.onRegistrationAnswer(answer.data)
    return
  }
  const holdings = holdingsAnswerSchema.safeParse(json)
  if (holdings.success) {
    if (holdings.data.hostId === hostId) deps.onHoldingsAnswer(holdings.data)
    return
  }
  const parsed = guestCommandSchema.safeParse(json)
  if (!parsed.success) {
    const fault = notUnderstood(parsed.error)
    const address = commandAddressSchema.safeParse(json)
    log.error({ offset: message.offset, partition: message.partition, problem: fault.message }, 'a command is refused')
    if (address.success) refuse(deps, address.data, fault)
    return
  }
  // Who sent it is nearer than what the operation began with. In the journal, so that it is known after a restart, too.
  const traceparent = acceptTraceparent(message.headers.traceparent ?? parsed.data.traceparent)
  const command = { ...parsed.data, ...(traceparent && { traceparent }) }
  if (command.hostId !== hostId) {
    refuse(deps, command, {
      code: 'WRONG_HOST',
      message: `the command is for host ${command.hostId}, this is ${hostId}`,
      retryable: false,
    })
    return
  }
  const acceptance = journal.accept(command, isoNow(clock), (newest) =>
    failedReport(deps, command, staleEpoch(command, newest)),
  )
  log.debug(
    { commandId: command.commandId, kind: command.payload.kind, acceptance: acceptance.kind },
    'command received',
  )
  // Whoever sent it knows of lower numbers than this host.
  if (acceptance.kind === 'stale') await deps.accounts.tell(command)
  if (acceptance.kind === 'new') deps.take({ ...command, attempt: 1 })
  else reporter.wake()
}

const refuse = (deps: InboxDeps, address: CommandAddress, fault: KnownFault): void => {
  deps.journal.report(address.operationId, failedReport(deps, address, fault))
  deps.reporter.wake()
}

const tryParseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
