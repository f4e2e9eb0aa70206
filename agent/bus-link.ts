import type { Consumer, MessageBus } from '../commands/ports/message-bus.ts'
import type { RegistrationAnswer } from '../domain/guest/registration-answer.ts'
import type { Heartbeat } from '../domain/guest/report.ts'
import { agentTopics } from '../domain/guest/topics.ts'
import type { HostId } from '../domain/ids.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Accounts } from './accounts.ts'
import type { BusClock } from './bus-clock.ts'
import type { Channel } from './channel.ts'
import type { CommandWorker } from './command-worker.ts'
import { type Heartbeats, startHeartbeat } from './heartbeat.ts'
import { openInbox } from './inbox.ts'
import type { Journal, TakenCommand } from './journal/journal.ts'
import type { LeaveToStart } from './leave-to-start.ts'
import { failedReport, notUnderstood } from './refuse-command.ts'
import type { Registration } from './registration.ts'
import type { Reporter } from './reporter.ts'
import type { SealingKeyOffers } from './secrets/offer-sealing-keys.ts'

/** Whether commands come through and reports get away; if not, why. */
export type BusState = { readonly ok: true } | { readonly ok: false; readonly reason: string }

export type BusLink = {
  /** Resolves when the host is registered and takes commands. Rejects when the link was stopped, or cannot be had in this life. */
  readonly connected: Promise<void>
  state(): BusState
  /** Takes no further command. What is on its way to the bus is waited for as long as the signal allows. */
  stop(signal: AbortSignal): Promise<void>
}

export type BusLinkDeps = Pick<Kernel, 'ids' | 'timers' | 'log'> & {
  readonly bus: MessageBus
  readonly channel: Channel
  readonly clock: BusClock
  readonly journal: Journal
  readonly reporter: Reporter
  readonly worker: CommandWorker
  readonly keyOffers: Pick<SealingKeyOffers, 'renew'>
  readonly accounts: Accounts
  readonly registration: Registration
  readonly leave: Pick<LeaveToStart, 'take'>
  readonly holds: () => Promise<Heartbeat['holds']>
}

export type BusLinkOptions = { readonly hostId: HostId; readonly heartbeatIntervalMs: number }

/** Beside the time that the bus itself takes to say that it is away. */
const retryMs = 1000

/**
 * The agent's connection with the control plane, from the first try on. It is tried for ever, beside everything else: databases are looked
 * after with it or without. Commands that were left pending are taken up with the first new ones, and not before: only the bus
 * tells the time by which their deadlines are meant.
 */
export const openBusLink = (deps: BusLinkDeps, { hostId, heartbeatIntervalMs }: BusLinkOptions): BusLink => {
  const { bus, clock, journal, reporter, worker, keyOffers, accounts, registration, leave, ids, timers, log, holds } =
    deps
  const stopping = new AbortController()
  const { signal } = stopping
  let absence: string | null = 'the bus has not answered yet'
  let inbox: Consumer | null = null
  let beats: Heartbeats | null = null

  /** Registers at every start: what the host offers may have changed. Answers the commands to go on with. */
  const register = async (): Promise<readonly TakenCommand[]> => {
    await clock.ask()
    await introduce()
    return journal.resume((address, problem) => {
      const fault = notUnderstood(problem)
      log.error({ commandId: address.commandId, problem: fault.message }, 'a command that was in progress is refused')
      return failedReport({ hostId, clock, ids }, address, fault)
    })
  }

  const introduce = async (): Promise<void> => {
    await bus.ensureTopics(agentTopics(hostId))
    signal.throwIfAborted()
    registration.tell()
    await accounts.tellAll()
  }

  /** The control plane may be another one than before: a bus that lost its topics, a log that was restored. */
  const introduceAgain = (): void => {
    introduce().then(reporter.wake, (error: unknown) => log.warn({ err: error }, 'the host could not be told of again'))
  }

  const beatHolds = async (): Promise<Heartbeat['holds']> => {
    const held = await holds()
    if (registration.isDue()) introduceAgain()
    return held
  }

  const registerPatiently = async (): Promise<readonly TakenCommand[]> => {
    for (;;) {
      try {
        return await register()
      } catch (error) {
        signal.throwIfAborted()
        const reason = error instanceof Error ? error.message : String(error)
        // The same is not said again with every try.
        const write = reason === absence ? log.debug : log.warn
        write.call(
          log,
          { err: error },
          'no connection to the bus: databases are looked after, commands wait until it is back',
        )
        absence = reason
        await timers.sleep(retryMs, { signal, ref: false }).catch(() => {})
        signal.throwIfAborted()
      }
    }
  }

  const connect = async (): Promise<void> => {
    const pending = await registerPatiently()
    reporter.wake()
    // After the registration, without which the control plane knows no host to keep them for.
    keyOffers.renew()
    for (const command of pending) worker.take(command)
    const onRegistrationAnswer = (answer: RegistrationAnswer): void => {
      if (!registration.take(answer)) return
      introduceAgain()
      keyOffers.renew()
    }
    inbox = openInbox({ ...deps, hostId, take: worker.take, onRegistrationAnswer, onHoldingsAnswer: leave.take })
    await inbox.ready
    signal.throwIfAborted()
    beats = startHeartbeat(deps, hostId, heartbeatIntervalMs, {
      holds: beatHolds,
      onReturn: introduceAgain,
    })
    absence = null
    log.info({ hostId }, 'the agent is registered and takes commands')
  }

  const connected = connect()
  connected.catch((error: unknown) => {
    if (signal.aborted) return
    absence = error instanceof Error ? error.message : String(error)
    log.error({ err: error }, 'the agent can take no commands')
  })
  return {
    connected,
    state: () => {
      const reason = absence ?? beats?.failure() ?? registration.refusal()
      return reason === null ? { ok: true } : { ok: false, reason }
    },
    stop: async (bound) => {
      stopping.abort(new Error('the agent is stopping'))
      await Promise.all([beats?.stop(bound), inbox?.stop(bound)])
    },
  }
}
