import type { HostId } from '../../domain/ids.ts'
import { isoNow, type WallClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Journal } from '../journal/journal.ts'
import type { Reporter } from '../reporter.ts'
import type { SealingKeys } from './sealing-keys.ts'

export type SealingKeyOffers = {
  /** Reports all keys that are free, in the background. */
  renew(): void
  stop(): Promise<void>
}

export type SealingKeyOffersDeps = Pick<Kernel, 'ids' | 'timers' | 'log'> & {
  readonly hostId: HostId
  readonly sealingKeys: SealingKeys
  readonly journal: Pick<Journal, 'report'>
  readonly reporter: Pick<Reporter, 'wake'>
  readonly clock: WallClock
}

/** Beside the time that a full disk takes to have room again. */
const retryMs = 1000

/** Tells the control plane which keys passwords may be sealed to: at every connection with the bus, and when many of them were used. */
export const createSealingKeyOffers = (deps: SealingKeyOffersDeps): SealingKeyOffers => {
  const { hostId, sealingKeys, journal, reporter, clock, ids, timers, log } = deps
  const stopping = new AbortController()
  const { signal } = stopping
  let isAsked = false
  let offering: Promise<void> | null = null

  const offer = async (): Promise<void> => {
    const keys = [...(await sealingKeys.offer())]
    journal.report(hostId, { type: 'sealing-keys', reportId: ids.next(), at: isoNow(clock), hostId, keys })
    reporter.wake()
  }

  const run = async (): Promise<void> => {
    while (isAsked && !signal.aborted) {
      isAsked = false
      try {
        await offer()
      } catch (error) {
        isAsked = true
        log.warn({ err: error }, 'the host cannot make keys that passwords are sealed to; it tries again')
        await timers.sleep(retryMs, { signal, ref: false }).catch(() => {})
      }
    }
    offering = null
  }

  const renew = (): void => {
    isAsked = true
    offering ??= run()
  }
  sealingKeys.onUsed(renew)

  return {
    renew,
    stop: async () => {
      stopping.abort()
      await offering
    },
  }
}
