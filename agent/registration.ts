import type { RegistrationAnswer } from '../domain/guest/registration-answer.ts'
import { isSameDescription } from '../domain/host/description.ts'
import type { HostDescription } from '../domain/host/events.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Channel } from './channel.ts'
import type { Facts } from './journal/facts.ts'
import type { Journal } from './journal/journal.ts'

export type Registration = {
  /** Says what the host is now, in the journal. */
  tell(): void
  /** True if the host is let in with this, having been refused before: what it said meanwhile was not listened to. */
  take(answer: RegistrationAnswer): boolean
  /** Why the control plane does not let the host in, and what to do; null when it does, or has not answered. */
  refusal(): string | null
  /** Whether it is worth telling again: the host is another than it said, or what it was refused for may be over. */
  isDue(): boolean
}

export type RegistrationDeps = {
  readonly journal: Pick<Journal, 'report'>
  readonly channel: Pick<Channel, 'signingKey' | 'join' | 'problem' | 'awaitsJoin' | 'joined'>
  readonly facts: Facts
  readonly clock: WallClock
  readonly ids: IdSource
  readonly log: Log
}

const refusalFact = 'registration refused'
const askAgainMs = 10_000
const awaitsAnswer = 'the control plane has not let this host in yet'

/**
 * What the host has told the control plane of itself, and whether it was let in. A refusal is kept across restarts: the control plane answers once. It
 * stops nothing on the host.
 */
export const createRegistration = (
  { journal, channel, facts, clock, ids, log }: RegistrationDeps,
  description: () => HostDescription,
): Registration => {
  let told: { readonly host: HostDescription; readonly at: number; readonly reportId: string } | null = null
  const refusal = (): string | null =>
    channel.problem ?? (facts.get(refusalFact) || (channel.awaitsJoin() ? awaitsAnswer : null))

  return {
    tell: () => {
      const host = description()
      const known = refusal()
      const { signingKey, join } = channel
      const reportId = ids.next()
      const report = { type: 'registered', reportId, at: isoNow(clock), host, signingKey } as const
      journal.report(host.hostId, { ...report, ...(known !== null && { refusal: known }), ...(join && { join }) })
      told = { host, at: clock.now(), reportId }
    },
    take: ({ hostId, refusal: reason, reportId }) => {
      // An answer to an earlier one, which may be sent again by anybody.
      if (reportId !== told?.reportId) return false
      const before = refusal()
      if (reason !== null)
        log.error(
          { hostId, reason },
          'the control plane refuses this host: its databases are looked after, it gets no work',
        )
      else if (before !== null) log.info({ hostId }, 'the control plane lets this host in')
      facts.set(refusalFact, reason ?? '')
      if (reason === null) channel.joined()
      return reason === null && before !== null
    },
    refusal,
    isDue: () => {
      if (told === null) return false
      if (!isSameDescription(told.host, description())) return true
      return refusal() !== null && clock.now() - told.at >= askAgainMs
    },
  }
}
