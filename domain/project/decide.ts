import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { InstanceId, ProjectId } from '../ids.ts'
import { allFaults, type Rejection } from '../rejection.ts'
import { amountRefusal } from '../values/amount.ts'
import { bytesOfGiB } from '../values/bytes.ts'
import {
  commitmentOf,
  dropIncrease,
  type Excess,
  excessOf,
  holdingOf,
  increase,
  isHeld,
  type Lapsed,
  type Ledger,
  lapse,
  release,
  reservationOf,
  reserve,
  settle,
} from '../values/ledger.ts'
import { sameName } from '../values/names.ts'
import { pick } from '../values/pick.ts'
import { amountInWords, sameResources } from '../values/resources.ts'
import { quote } from '../values/text.ts'
import { isConfirmed, lapsedRoom, releaseRoom, roomOf } from './backup-room.ts'
import type { LapsedHold, ProjectCommand, ReleaseReason } from './commands.ts'
import type { ProjectEvent, QuotaLimits } from './events.ts'
import { isHeldUntil, isLapsed, type NameHold, namesHeldBy, otherHold } from './names.ts'
import type { ProjectState } from './state.ts'
import { endedBy, isTokenHeld, releaseToken } from './tokens.ts'

type ConfirmName = Extract<ProjectCommand, { readonly type: 'ConfirmName' }>
type HoldBackup = Extract<ProjectCommand, { readonly type: 'HoldBackup' }>
type HoldName = Extract<ProjectCommand, { readonly type: 'HoldName' }>
type HoldToken = Extract<ProjectCommand, { readonly type: 'HoldToken' }>
type ReserveQuota = Extract<ProjectCommand, { readonly type: 'ReserveQuota' }>

/** What GraphQL has integers for. */
const mostOfProject = 2 ** 31 - 1
const quotaAmounts = ['instances', 'vcpus', 'memoryMiB', 'volumeGiB', 'backupGiB'] as const

export const decide = (command: ProjectCommand, state: ProjectState): Decision<ProjectEvent> => {
  const { projectId } = command
  switch (command.type) {
    case 'HoldToken':
      return decideHold(command, state)
    case 'ConfirmToken': {
      const { tokenId } = command
      const isConfirmed = state.tokens.every((hold) => hold.tokenId !== tokenId || hold.heldUntil === null)
      return isConfirmed ? accept() : accept({ type: 'ProjectTokenConfirmed', data: { projectId, tokenId } })
    }
    case 'ReleaseToken': {
      const { tokenId } = command
      if (releaseToken(state.tokens, tokenId).length === state.tokens.length) return accept()
      return accept({ type: 'ProjectTokenReleased', data: { projectId, tokenId } })
    }
    case 'HoldBackup':
      return holdBackup(command, state)
    case 'ConfirmBackup': {
      const { backupId, bytes } = command
      if (isConfirmed(state.backups, backupId, bytes)) return accept()
      return accept({ type: 'ProjectBackupConfirmed', data: { projectId, backupId, bytes } })
    }
    case 'ReleaseBackup': {
      const { backupId } = command
      if (roomOf(state.backups, backupId) === undefined) return accept()
      return accept({ type: 'ProjectBackupReleased', data: { projectId, backupId } })
    }
    case 'SetProjectQuota': {
      // One that says nothing of backups leaves their limit as it is.
      const limits = { ...(state.limits && pick(state.limits, 'backupGiB')), ...command.limits }
      const rejection = allFaults(
        quotaAmounts.map((amount) => amountRefusal(amount, limits[amount] ?? 0, 0, mostOfProject)),
      )
      if (rejection) return reject(rejection)
      return state.limits && sameLimits(state.limits, limits)
        ? accept()
        : accept({ type: 'ProjectQuotaSet', data: { projectId, limits } })
    }
    case 'ReserveQuota':
      return reserveQuota(command, state)
    case 'CommitQuota': {
      const { instanceId } = command
      const isNew = !commitmentOf(state.ledger, instanceId)
      const settled = settle(state.ledger, { ...command, holder: instanceId })
      return accept(
        ...(settled === state.ledger ? [] : holds(projectId, instanceId, settled)),
        ...(isNew ? nameConfirmed(command, state) : []),
      )
    }
    case 'ReleaseQuota':
      return releaseQuota(command, command.reason, state)
    case 'ReleaseReservation': {
      const { instanceId } = command
      if (!commitmentOf(state.ledger, instanceId)) return releaseQuota(command, 'NOT_REQUESTED', state)
      const rest = dropIncrease(state.ledger, { ...command, holder: instanceId })
      return rest === state.ledger ? accept() : accept(...holds(projectId, instanceId, rest))
    }
    case 'HoldName': {
      const { instanceId, name, heldUntil } = command
      const refusal = nameRefusal(state, command)
      if (refusal) return reject(refusal)
      const own = namesHeldBy(state.names, instanceId)
      // Not for its having the name: it is to be kept until then, whatever becomes of the names that it has in between.
      if (own.some((hold) => sameName(hold.name, name) && isHeldUntil(hold, heldUntil))) return accept()
      return accept({ type: 'ProjectNameHeld', data: { projectId, instanceId, name, heldUntil } })
    }
    case 'ConfirmName':
      return accept(...nameConfirmed(command, state))
    case 'ReleaseName': {
      const { instanceId, name } = command
      const hold = namesHeldBy(state.names, instanceId).find((each) => sameName(each.name, name))
      if (!hold || hold.heldUntil === null) return accept()
      const type = hold.confirmed ? 'ProjectNameConfirmed' : 'ProjectNameReleased'
      return accept({ type, data: { projectId, instanceId, name } })
    }
    default:
      return unreachable(command)
  }
}

const nameReleased = (
  projectId: ProjectId,
  { instanceId, name }: Pick<ConfirmName, 'instanceId' | 'name'>,
): ProjectEvent => ({ type: 'ProjectNameReleased', data: { projectId, instanceId, name } })

/** The instance exists under its name, so there is nothing to refuse; but what another has is not taken away from it. */
const nameConfirmed = (
  { projectId, instanceId, name }: Pick<ConfirmName, 'projectId' | 'instanceId' | 'name'>,
  { names }: ProjectState,
): readonly ProjectEvent[] => {
  const isConfirmed = namesHeldBy(names, instanceId).some(
    (hold) => sameName(hold.name, name) && hold.confirmed && hold.heldUntil === null,
  )
  if (isConfirmed || otherHold(names, instanceId, name)) return []
  return [{ type: 'ProjectNameConfirmed', data: { projectId, instanceId, name } }]
}

/** A hold that has lapsed is told with its time: its instance must refuse the name before another gets it. */
const nameRefusal = (
  { names }: ProjectState,
  { projectId, instanceId, name, now, refusedBy }: Omit<HoldName, 'type' | 'heldUntil'>,
): Rejection | null => {
  const other = otherHold(names, instanceId, name)
  if (!other) return null
  const hasLapsed = isLapsed(other, now)
  return hasLapsed && isSameHold(other, refusedBy) ? null : nameTaken(projectId, name, other, hasLapsed)
}

const isSameHold = (hold: NameHold, lapsed: LapsedHold | undefined): boolean =>
  lapsed?.instanceId === hold.instanceId && lapsed.heldUntil === hold.heldUntil

const nameTaken = (
  projectId: ProjectId,
  name: string,
  { instanceId: other, heldUntil }: NameHold,
  hasLapsed: boolean,
): Rejection => ({
  code: 'ALREADY_EXISTS',
  message: `project ${projectId} has an instance ${quote(name)} already, ${other}: choose another name, or rename or delete that one`,
  field: 'name',
  details: { instanceId: other, ...(hasLapsed && { heldUntil }) },
})

const decideHold = (command: HoldToken, state: ProjectState): Decision<ProjectEvent> => {
  const { projectId, tokenId, ancestors, expiresAt, now, heldUntil, maxTokens } = command
  const ended = endedBy(state.tokens, now)
  const live = state.tokens.filter((hold) => !ended.includes(hold.tokenId))
  if (isTokenHeld(live, tokenId)) return accept()
  if (live.length >= maxTokens) return reject(tooManyTokens(projectId, live.length, maxTokens))
  const data = { projectId, tokenId, ancestors: [...ancestors], expiresAt, heldUntil, ended: [...ended] }
  return accept({ type: 'ProjectTokenHeld', data })
}

const tooManyTokens = (projectId: ProjectId, used: number, limit: number): Rejection => ({
  code: 'QUOTA_EXCEEDED',
  message: `project ${projectId} has ${used} tokens that are valid, and may have ${limit}: revoke one that is not used any more`,
  details: { resource: 'tokens', limit, used, asked: 1 },
})

const holdBackup = (command: HoldBackup, { backups, limits }: ProjectState): Decision<ProjectEvent> => {
  const { projectId, backupId, bytes, now, heldUntil, defaultLimits } = command
  if (roomOf(backups, backupId) !== undefined) return accept()
  const ended = lapsedRoom(backups, now)
  const { total } = ended.reduce(releaseRoom, backups)
  const limit = limits?.backupGiB ?? defaultLimits.backupGiB
  if (limit !== undefined && total + bytes > limit * bytesOfGiB) {
    const [used, asked] = [total, bytes].map((amount) => Math.ceil(amount / bytesOfGiB)) as [number, number]
    return reject(quotaExceeded(projectId, { resource: 'backupGiB', limit, used, asked }))
  }
  return accept({ type: 'ProjectBackupHeld', data: { projectId, backupId, bytes, heldUntil, ended: [...ended] } })
}

const reserveQuota = (command: ReserveQuota, state: ProjectState): Decision<ProjectEvent> => {
  const { projectId, instanceId, operationId, name, resources, now, expiresAt, defaultLimits } = command
  const limits = state.limits ?? defaultLimits
  const lapsed = lapse(state.ledger, now)
  const { live } = lapsed
  if (commitmentOf(live, instanceId)) {
    const increased = increase(live, { operationId, holder: instanceId, resources, expiresAt })
    if (increased === live) return accept()
    const excess = excessOf(limits, live, increased)
    if (excess) return reject(quotaExceeded(projectId, excess))
    return accept(...lapsedEvents(projectId, lapsed), ...holds(projectId, instanceId, increased))
  }
  const reservation = reservationOf(live, instanceId)
  if (reservation && sameResources(reservation.resources, resources)) return accept()

  const refusal = name === null ? null : nameRefusal(state, { ...command, name })
  if (refusal) return reject(refusal)
  const others = release(live, instanceId)
  const excess = excessOf(limits, others, reserve(others, { holder: instanceId, resources, expiresAt }))
  if (excess) return reject(quotaExceeded(projectId, excess))
  return accept<ProjectEvent>(
    ...lapsedEvents(projectId, lapsed),
    { type: 'QuotaReserved', data: { projectId, instanceId, resources, expiresAt } },
    ...(name === null
      ? []
      : ([{ type: 'ProjectNameHeld', data: { projectId, instanceId, name, heldUntil: expiresAt } }] as const)),
  )
}

const releaseQuota = (
  { projectId, instanceId }: Pick<ConfirmName, 'projectId' | 'instanceId'>,
  reason: ReleaseReason | 'NOT_REQUESTED',
  state: ProjectState,
): Decision<ProjectEvent> => {
  const names = namesHeldBy(state.names, instanceId)
    // An instance that failed is there, under its name, until it is deleted.
    .filter(({ confirmed }) => reason === 'DELETED' || (reason !== 'FAILED' && !confirmed))
    .map((hold) => nameReleased(projectId, hold))
  if (!isHeld(state.ledger, instanceId)) return accept<ProjectEvent>(...names)
  return accept<ProjectEvent>({ type: 'QuotaReleased', data: { projectId, instanceId, reason } }, ...names)
}

const lapsedEvents = (
  projectId: ProjectId,
  { live, expired, reduced }: Lapsed<InstanceId>,
): readonly ProjectEvent[] => [
  ...expired.map(
    (instanceId) => ({ type: 'QuotaReleased', data: { projectId, instanceId, reason: 'EXPIRED' } }) as const,
  ),
  ...reduced.flatMap((instanceId) => holds(projectId, instanceId, live)),
]

const holds = (projectId: ProjectId, instanceId: InstanceId, ledger: Ledger<InstanceId>): readonly ProjectEvent[] => {
  const holding = holdingOf(ledger, instanceId)
  return holding ? [{ type: 'QuotaCommitted', data: { projectId, instanceId, ...holding } }] : []
}

type ExcessOfAny = Omit<Excess, 'resource'> & { readonly resource: Excess['resource'] | 'backupGiB' }

const quotaExceeded = (projectId: ProjectId, { resource, limit, used, asked }: ExcessOfAny): Rejection => ({
  code: 'QUOTA_EXCEEDED',
  message:
    `project ${projectId} may hold ${amountInWords(resource, limit)} and holds ${used}: ` +
    `${amountInWords(resource, asked)} more would exceed that`,
  details: { resource, limit, used, asked },
})

const sameLimits = (a: QuotaLimits, b: QuotaLimits): boolean =>
  sameResources(a, b) && a.instances === b.instances && a.backupGiB === b.backupGiB
