import type { RegistrationAnswer } from '../domain/guest/registration-answer.ts'
import { isSameDescription } from '../domain/host/description.ts'
import type { HostDescription } from '../domain/host/events.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'
import type { Facts } from './journal/facts.ts'
import type { Journal } from './journal/journal.ts'

export type Registration = {
  /** Says what the host is now, in the journal. */
  tell(): void
  take(answer: RegistrationAnswer): void
  /** Why the control plane does not let the host in, and what to do; null when it does, or has not answered. */
  refusal(): string | null
  /** Whether it is worth telling again: the host is another than it said, or what it was refused for may be over. */
  isDue(): boolean
}

export type RegistrationDeps = {
  readonly journal: Pick<Journal, 'report'>
  readonly facts: Facts
  readonly clock: WallClock
  readonly ids: IdSource
  readonly log: Log
}

const refusalFact = 'registration refused'
const askAgainMs = 10_000

/**
 * What the host has told the control plane of itself, and whether it was let in. A refusal is kept across restarts: the control plane answers once. It
 * stops nothing on the host.
 */
export const createRegistration = (
  { journal, facts, clock, ids, log }: RegistrationDeps,
  description: () => HostDescription,
): Registration => {
  let told: { readonly host: HostDescription; readonly at: number } | null = null
  const refusal = (): string | null => facts.get(refusalFact) || null

  return {
    tell: () => {
      const host = description()
      const known = refusal()
      const report = { type: 'registered', reportId: ids.next(), at: isoNow(clock), host } as const
      journal.report(host.hostId, { ...report, ...(known !== null && { refusal: known }) })
      told = { host, at: clock.now() }
    },
    take: ({ hostId, refusal: reason }) => {
      if (reason !== null)
        log.error(
          { hostId, reason },
          'the control plane refuses this host: its databases are looked after, it gets no work',
        )
      else if (refusal() !== null) log.info({ hostId }, 'the control plane lets this host in again')
      facts.set(refusalFact, reason ?? '')
    },
    refusal,
    isDue: () => {
      if (told === null) return false
      if (!isSameDescription(told.host, description())) return true
      return refusal() !== null && clock.now() - told.at >= askAgainMs
    },
  }
}
