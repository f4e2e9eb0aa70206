import type { StoredEvent } from '../../../commands/ports/event-store.ts'
import type { IncomingMessage } from '../../../commands/ports/message-bus.ts'
import { createEventReactor } from '../../../commands/sagas/react-to-events.ts'
import { createReportHandler } from '../../../commands/sagas/take-in-reports.ts'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { agentResultsTopic, eventsTopic } from '../../../domain/guest/topics.ts'
import { type HostId, parseHostId } from '../../../domain/ids.ts'
import { isoNow } from '../../../kernel/clock.ts'
import { answerTo, describeHost, sealingKeysFrom } from './scripted-answers.ts'
import { strictLog, type WriteSide } from './write-side.ts'

/**
 * What stands in for bus and agents when a log is written: the saga's own reactions are carried out at once, and every guest command is
 * answered as an agent answers whose engines always start, or never where `fails` says so.
 */
export const createScriptedAgents = (side: WriteSide, fails: (command: GuestCommand) => boolean) => {
  const deps = { handler: side.handler, clock: side.clock, log: strictLog }
  const react = createEventReactor({
    ...deps,
    dispatch: async ({ command }) => {
      throw new Error(`nothing in this log leads to a public command, and here is a ${command.type}`)
    },
    signal: new AbortController().signal,
  })
  const takeReport = createReportHandler(deps)
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
    await takeReport(messageOf(agentResultsTopic, report, {}))
  }

  const follow = async (event: StoredEvent): Promise<void> => {
    await react(messageOf(eventsTopic, event, { type: event.type }))
    if (event.type !== 'GuestCommandIssued') return
    // The event's schema was checked when it was appended.
    const { command } = event.data as { command: GuestCommand }
    const stamp = { reportId: side.ids.next(), at: isoNow(side.clock) }
    await takeReport(messageOf(agentResultsTopic, answerTo(command, stamp, fails(command)), {}))
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
      const report: AgentReport = { type: 'registered', reportId: side.ids.next(), at: isoNow(side.clock), host }
      await takeReport(messageOf(agentResultsTopic, report, {}))
      hostIds.push(host.hostId)
      await offerKeys(host.hostId)
    },
    /** Before many instances are asked for: keys for their passwords. */
    renewKeys: async (): Promise<void> => {
      for (const hostId of hostIds) await offerKeys(hostId)
    },
    reportHealth: async (
      report: Pick<Extract<AgentReport, { type: 'health' }>, 'hostId' | 'instanceId' | 'health' | 'reason'>,
    ) => {
      const full: AgentReport = { type: 'health', reportId: side.ids.next(), at: isoNow(side.clock), ...report }
      await takeReport(messageOf(agentResultsTopic, full, {}))
    },
  }
}

const messageOf = (topic: string, value: object, headers: Record<string, string>): IncomingMessage => ({
  topic,
  key: '',
  value: JSON.stringify(value),
  headers,
  partition: 0,
  offset: '0',
  publishedAt: 0,
})
