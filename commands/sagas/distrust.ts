import type { Log } from '../../kernel/log.ts'

/**
 * Why a message was dropped:
 * - `unsigned`: nobody has signed it, or, among events, no process of the control plane has sealed it and the log has no such event.
 * - `unknown-host`: no host of that id is known, and it does not prove that it may join.
 * - `not-admitted`: it shows a join token or a key that does not let it in.
 * - `another-key`: it says that it is a host that is known by another key.
 * - `wrong-signature`: not what its host has signed.
 * - `another-host`: a host speaks for another one.
 * - `early`: a heartbeat of a host that is not known. Its registration is on the way, or was dropped and is counted as well.
 * - `repeated`: a later one of its host was taken in. The bus repeats some, so that a few of these are no attack.
 */
export const distrustReasons = [
  'unsigned',
  'unknown-host',
  'not-admitted',
  'another-key',
  'wrong-signature',
  'another-host',
  'early',
  'repeated',
] as const
export type DistrustReason = (typeof distrustReasons)[number]
export type DistrustCounts = Readonly<Record<DistrustReason, number>>

export const noDistrust: DistrustCounts = Object.fromEntries(
  distrustReasons.map((reason) => [reason, 0]),
) as DistrustCounts

/** Those that come about without anybody's doing. */
export const harmlessReasons: ReadonlySet<string> = new Set<DistrustReason>(['early', 'repeated'])

/** Messages that are dropped because they cannot be trusted. */
export type Distrust = {
  /** Counts one; the first of each reason since the start is logged. */
  readonly drop: (reason: DistrustReason, fields: object) => void
  readonly counts: () => DistrustCounts
}

export const createDistrust = (log: Log): Distrust => {
  let counts = noDistrust
  return {
    drop: (reason, fields) => {
      if (counts[reason] === 0) {
        const write = harmlessReasons.has(reason) ? log.debug : log.warn
        write.call(
          log,
          { reason, ...fields },
          'messages on the bus cannot be trusted and are dropped; more are only counted',
        )
      }
      counts = { ...counts, [reason]: counts[reason] + 1 }
    },
    counts: () => counts,
  }
}
