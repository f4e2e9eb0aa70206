import type { Timers } from '../kernel/timers.ts'
import type { PageRequest } from '../projections/page.ts'
import type { Views } from '../projections/queries.ts'

/** Of one instance, the host and the log say different things, and somebody has to decide: see docs/runbook/hosts-and-the-log.md. */
export type HostDifference = {
  readonly difference: 'MISSING' | 'UNLISTED'
  readonly instanceId: string
  readonly hostId: string
  readonly name: string | null
}

/** By then every host that can be heard has said what it holds, and for long enough to count. */
const toldAfterMs = 15_000
const pageLength = 100

/**
 * What hosts and the log differ about. A process that has just started waits until hosts have told: views that are equal to a log which was
 * restored from a backup say nothing of what there is.
 */
export const findHostDifferences = async (
  views: Pick<Views, 'instances' | 'hosts'>,
  timers: Pick<Timers, 'sleep'>,
  signal: AbortSignal,
): Promise<readonly HostDifference[]> => {
  const leftMs = toldAfterMs - process.uptime() * 1000
  if (leftMs > 0) await timers.sleep(leftMs, { signal })
  const missing = await allOf((page) =>
    views.instances({ projectId: null, statuses: ['MISSING'], includeDeleted: false }, page),
  )
  const hosts = await allOf((page) => views.hosts(page))
  return [
    ...missing.map(({ id, hostId, name }) => ({ difference: 'MISSING', instanceId: id, hostId, name }) as const),
    ...hosts.flatMap(({ id, unlisted }) =>
      unlisted.map(
        ({ instanceId, label }) =>
          ({ difference: 'UNLISTED', instanceId, hostId: id, name: label?.name ?? null }) as const,
      ),
    ),
  ]
}

type Entries<D> = { readonly entries: readonly { readonly document: D }[]; readonly next: string | null }

const allOf = async <D>(read: (page: PageRequest) => Promise<Entries<D>>): Promise<readonly D[]> => {
  const found: D[] = []
  for (let after: string | null = null; ; ) {
    const page: Entries<D> = await read({ first: pageLength, ...(after !== null && { after }) })
    found.push(...page.entries.map(({ document }) => document))
    if (page.next === null) return found
    after = page.next
  }
}
