import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { ProjectId } from '../ids.ts'
import { allFaults, type Rejection } from '../rejection.ts'
import { amountRefusal } from '../values/amount.ts'
import { commitmentOf, type Excess, findExcess, isHeld, lapsedBy, release, reservationOf } from '../values/ledger.ts'
import { amountInWords, sameResources } from '../values/resources.ts'
import type { ProjectCommand } from './commands.ts'
import type { ProjectEvent, QuotaLimits } from './events.ts'
import type { ProjectState } from './state.ts'

type ReserveQuota = Extract<ProjectCommand, { readonly type: 'ReserveQuota' }>

/** What GraphQL has integers for. */
const mostOfProject = 2 ** 31 - 1
const quotaAmounts = ['instances', 'vcpus', 'memoryMiB', 'volumeGiB'] as const

export const decide = (command: ProjectCommand, state: ProjectState): Decision<ProjectEvent> => {
  const { projectId } = command
  switch (command.type) {
    case 'SetProjectQuota': {
      const { limits } = command
      const rejection = allFaults(quotaAmounts.map((amount) => amountRefusal(amount, limits[amount], 0, mostOfProject)))
      if (rejection) return reject(rejection)
      return state.limits && sameLimits(state.limits, limits)
        ? accept()
        : accept({ type: 'ProjectQuotaSet', data: { projectId, limits } })
    }
    case 'ReserveQuota':
      return reserveQuota(command, state)
    case 'CommitQuota': {
      const { instanceId, resources } = command
      if (commitmentOf(state.ledger, instanceId)) return accept()
      return accept({ type: 'QuotaCommitted', data: { projectId, instanceId, resources } })
    }
    case 'ReleaseQuota': {
      const { instanceId, reason } = command
      if (!isHeld(state.ledger, instanceId)) return accept()
      return accept({ type: 'QuotaReleased', data: { projectId, instanceId, reason } })
    }
    default:
      return unreachable(command)
  }
}

const reserveQuota = (command: ReserveQuota, state: ProjectState): Decision<ProjectEvent> => {
  const { projectId, instanceId, resources, now, expiresAt, defaultLimits } = command
  const lapsed = lapsedBy(state.ledger, now)
  const live = lapsed.reduce(release, state.ledger)
  if (commitmentOf(live, instanceId)) return accept()
  const reservation = reservationOf(live, instanceId)
  if (reservation && sameResources(reservation.resources, resources)) return accept()

  const { total: used } = release(live, instanceId)
  const excess = findExcess(state.limits ?? defaultLimits, used, { ...resources, instances: 1 })
  if (excess) return reject(quotaExceeded(projectId, excess))
  return accept<ProjectEvent>(
    ...lapsed.map((id) => ({ type: 'QuotaReleased', data: { projectId, instanceId: id, reason: 'EXPIRED' } }) as const),
    { type: 'QuotaReserved', data: { projectId, instanceId, resources, expiresAt } },
  )
}

const quotaExceeded = (projectId: ProjectId, { resource, limit, used, asked }: Excess): Rejection => ({
  code: 'QUOTA_EXCEEDED',
  message:
    `project ${projectId} may hold ${amountInWords(resource, limit)} and holds ${used}: ` +
    `${amountInWords(resource, asked)} more would exceed that`,
  details: { resource, limit, used, asked },
})

const sameLimits = (a: QuotaLimits, b: QuotaLimits): boolean => sameResources(a, b) && a.instances === b.instances
