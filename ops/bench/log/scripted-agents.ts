import type { StoredEvent } from '../../../commands/ports/event-store.ts'
import type { IncomingMessage, OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { createDistrust } from '../../../commands/sagas/distrust.ts'
import { createEventReactor } from '../../../commands/sagas/react-to-events.ts'
import { createReportHandler } from '../../../commands/sagas/take-in-reports.ts'
import { createControlChannel } from '../../../commands/secrets/control-channel.ts'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { agentResultsTopic, eventsTopic } from '../../../domain/guest/topics.ts'
import { type HostId, parseHostId } from '../../../domain/ids.ts'
import { isoNow, systemClock } from '../../../kernel/clock.ts'
import { answerTo, describeHost, sealingKeysFrom } from './scripted-answers.ts'
import { createScriptedChannel, joinByMasterKey, type ScriptedChannel } from './scripted-channel.ts'
import { strictLog, type WriteSide } from './write-side.ts'

/**
 * What stands in for bus and agents when a log is written: the saga's own reactions are carried out at once, and every guest command is
 * answered as an agent answers whose engines always start, or never where `fails` says so.
 */
export const createScriptedAgents = (side: WriteSide, fails: (command: GuestCommand) => boolean) => {
  const deps = { handler: side.handler, clock: systemClock, log: strictLog }
  const react = createEventReactor({
    ...deps,
    dispatch: async ({ command }) => {
      throw new Error(`nothing in this log leads to a public command, and here is a ${command.type}`)
    },
    signal: new AbortController().signal,
  })
  const channel = createControlChannel(side.masterKey)
  const distrust = createDistrust(strictLog)
  const take = createReportHandler({ ...deps, directory: side.directory, bus: noBus, channel, distrust })
  const channels = new Map<HostId, ScriptedChannel>()
  const channelOf = (hostId: HostId): ScriptedChannel => {
    const known = channels.get(hostId)
    if (known) return known
    const made = createScriptedChannel(hostId, joinByMasterKey(side.masterKey))
    channels.set(hostId, made)
    return made
  }
  const takeReport = (hostId: HostId, report: AgentReport): Promise<void> => {
    const signed = channelOf(hostId).sign({ topic: agentResultsTopic, key: hostId, value: JSON.stringify(report) })
    return take(messageOf(signed))
  }
  let pending: StoredEvent[] = []
  const hostIds: HostId[] = []
  let nextKey = 1

  const offerKeys = async (hostId: HostId): Promise<void> => {
    const keys = [...sealingKeysFrom(nextKey)]
    nextKey += keys.length
    const report: AgentReport = {
      type: 'sealing-keys',
      reportId: side.ids.next(),
      at: isoNow(side.clock),
      hostId,
      keys,
    }
    await takeReport(hostId, report)
  }

  const follow = async (event: StoredEvent): Promise<void> => {
    const headers = { type: event.type }
    await react(messageOf({ topic: eventsTopic, key: '', value: JSON.stringify(event), headers }))
    if (event.type !== 'GuestCommandIssued') return
    // The event's schema was checked when it was appended.
    const { command } = event.data as { command: GuestCommand }
    const stamp = { reportId: side.ids.next(), at: isoNow(side.clock) }
    await takeReport(command.hostId, answerTo(command, stamp, fails(command)))
  }

  return {
    heard: (events: readonly StoredEvent[]): void => {
      pending.push(...events)
    },
    /** Carries out all that follows from what was appended, until nothing more does. */
    settle: async (): Promise<void> => {
      while (pending.length > 0) {
        const batch = pending
        pending = []
        await Promise.all(batch.map(follow))
      }
    },
    registerHost: async (name: string): Promise<void> => {
      const host = describeHost(parseHostId(side.ids.next()), name)
      const { signingKey, join } = channelOf(host.hostId)
      const stamp = { reportId: side.ids.next(), at: isoNow(side.clock) }
      await takeReport(host.hostId, { type: 'registered', ...stamp, host, signingKey, join })
      hostIds.push(host.hostId)
      await offerKeys(host.hostId)
    },
    /** Before many instances are asked for: keys for their passwords. */
    renewKeys: async (): Promise<void> => {
      for (const hostId of hostIds) await offerKeys(hostId)
    },
    reportHealth: async (
      report: Pick<Extract<AgentReport, { type: 'health' }>, 'hostId' | 'instanceId' | 'nodeId' | 'health' | 'reason'>,
    ) => {
      const full: AgentReport = { type: 'health', reportId: side.ids.next(), at: isoNow(side.clock), ...report }
      await takeReport(report.hostId, full)
    },
  }
}

const messageOf = (message: OutgoingMessage): IncomingMessage => ({
  headers: {},
  ...message,
  partition: 0,
  offset: '0',
  publishedAt: 0,
})

/** Nobody is refused here. */
const noBus = { publish: async () => {} }
