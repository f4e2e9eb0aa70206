import { z } from 'zod'
import { type InstanceId, type OperationId, operationIdSchema, parseInstanceId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, idsOf, putById, removeById } from './id-map.ts'
import { addResources, noResources, type Resources, resourcesSchema, subtractResources } from './resources.ts'
import { hasPassed } from './time.ts'

/** Resources, and how many instances hold them. */
export type Amounts = Resources & { readonly instances: number }

type Reservation = { readonly instanceId: InstanceId; readonly resources: Resources; readonly expiresAt: string }

/** More volume for an instance that holds some, until `expiresAt`: for an operation that is about to be requested. */
const growthSchema = z.object({
  operationId: operationIdSchema,
  moreGiB: z.int().positive(),
  expiresAt: z.iso.datetime(),
})
type Growth = z.infer<typeof growthSchema>

/** What an event says an instance holds from then on. `resources`: all of it. `growths`: what of it may come to nothing. */
export const holdingSchema = { resources: resourcesSchema, growths: z.array(growthSchema).optional() }
type Holding = { readonly resources: Resources; readonly growths?: Growth[] | undefined }

/**
 * Who holds what of something limited. Reservations and growths hold until their time has passed, a commitment until it is released.
 * `total` counts all of them, lapsed ones too, until they are dropped.
 */
export type Ledger = {
  readonly total: Amounts
  /** Few at any time: each is committed or lapses soon. */
  readonly reservations: readonly Reservation[]
  /** Few as well. Beside the commitment of their instance. */
  readonly growths: readonly (Growth & { readonly instanceId: InstanceId })[]
  /** As many as there are instances. */
  readonly commitments: IdMap<Resources>
}

export const emptyLedger: Ledger = {
  total: { ...noResources, instances: 0 },
  reservations: [],
  growths: [],
  commitments: emptyIdMap,
}

export const reservationOf = (ledger: Ledger, instanceId: InstanceId): Reservation | undefined =>
  ledger.reservations.find((reservation) => reservation.instanceId === instanceId)

export const commitmentOf = (ledger: Ledger, instanceId: InstanceId): Resources | undefined =>
  getById(ledger.commitments, instanceId)

export const isHeld = (ledger: Ledger, instanceId: InstanceId): boolean =>
  commitmentOf(ledger, instanceId) !== undefined || reservationOf(ledger, instanceId) !== undefined

/** `expired`: whose reservation has lapsed. `shrunk`: whose growth has. `live`: without both. */
export type Lapsed = {
  readonly live: Ledger
  readonly expired: readonly InstanceId[]
  readonly shrunk: readonly InstanceId[]
}

export const lapse = (ledger: Ledger, now: string): Lapsed => {
  const isOver = ({ expiresAt }: { readonly expiresAt: string }): boolean => hasPassed(expiresAt, now)
  const expired = ledger.reservations.filter(isOver).map(({ instanceId }) => instanceId)
  const over = ledger.growths.filter(isOver)
  const live = over.reduce(dropGrowth, expired.reduce(release, ledger))
  return { live, expired, shrunk: [...new Set(over.map(({ instanceId }) => instanceId))] }
}

/** Whose instances are there: reservations, which may come to nothing, are left out. */
export const committedIds = (ledger: Ledger): readonly InstanceId[] => idsOf(ledger.commitments).map(parseInstanceId)

/** All that hold anything, also what may come to nothing. */
export const heldIds = (ledger: Ledger): readonly InstanceId[] => [
  ...committedIds(ledger),
  ...ledger.reservations.map(({ instanceId }) => instanceId),
]

/** Takes the place of whatever the instance held before. */
export const reserve = (ledger: Ledger, reservation: Reservation): Ledger => {
  const { instanceId, resources, expiresAt } = reservation
  const rest = release(ledger, instanceId)
  return {
    ...rest,
    total: plus(rest.total, resources),
    reservations: [...rest.reservations, { instanceId, resources, expiresAt }],
  }
}

/** Takes the place of whatever the instance held before. */
export const commit = (ledger: Ledger, instanceId: InstanceId, { resources, growths = [] }: Holding): Ledger => {
  const rest = release(ledger, instanceId)
  const committed = { ...resources, volumeGiB: resources.volumeGiB - mostGiB(growths) }
  return {
    ...rest,
    total: plus(rest.total, resources),
    growths: [...rest.growths, ...growths.map((growth) => ({ ...growth, instanceId }))],
    commitments: putById(rest.commitments, instanceId, committed),
  }
}

/** As it was, when the instance holds nothing. */
export const release = (ledger: Ledger, instanceId: InstanceId): Ledger => {
  const holding = holdingOf(ledger, instanceId)
  if (holding) {
    return {
      ...ledger,
      total: minus(ledger.total, holding.resources),
      growths: ledger.growths.filter((each) => each.instanceId !== instanceId),
      commitments: removeById(ledger.commitments, instanceId),
    }
  }
  const reserved = reservationOf(ledger, instanceId)
  if (!reserved) return ledger
  const reservations = ledger.reservations.filter((each) => each !== reserved)
  return { ...ledger, total: minus(ledger.total, reserved.resources), reservations }
}

/** What an instance with a commitment holds in all. */
export const holdingOf = (ledger: Ledger, instanceId: InstanceId): Holding | null => {
  const committed = commitmentOf(ledger, instanceId)
  return committed ? holding(committed, growthsOf(ledger, instanceId)) : null
}

type OfOperation = { readonly operationId: OperationId }
type VolumeOf = OfOperation & { readonly instanceId: InstanceId; readonly volumeGiB: number }

const growthOf = (ledger: Ledger, operationId: OperationId) =>
  ledger.growths.find((each) => each.operationId === operationId)

/** As it was, when nothing is held for the operation. */
export const dropGrowth = (ledger: Ledger, { operationId }: OfOperation): Ledger => {
  const instanceId = growthOf(ledger, operationId)?.instanceId
  const committed = instanceId && commitmentOf(ledger, instanceId)
  if (!committed) return ledger
  return commit(ledger, instanceId, holding(committed, growthsOf(ledger, instanceId).filter(isNot(operationId))))
}

/** What the volume takes more than its instance has committed is held for the operation, within the limit. Null: that is so, or nothing is to be held. */
export const moreVolume = (
  ledger: Ledger,
  { operationId, instanceId, volumeGiB, expiresAt }: VolumeOf & { readonly expiresAt: string },
  limitGiB: number,
): { readonly ok: true; readonly ledger: Ledger } | { readonly ok: false; readonly excess: Excess } | null => {
  const committed = commitmentOf(ledger, instanceId)
  if (!committed) return null
  const moreGiB = volumeGiB - committed.volumeGiB
  if (moreGiB <= 0 || growthOf(ledger, operationId)?.moreGiB === moreGiB) return null
  const others = growthsOf(ledger, instanceId).filter(isNot(operationId))
  const held = commit(ledger, instanceId, holding(committed, [...others, { operationId, moreGiB, expiresAt }]))
  const asked = { ...noResources, volumeGiB: held.total.volumeGiB - ledger.total.volumeGiB, instances: 0 }
  const excess = asked.volumeGiB > 0 ? findExcess({ volumeGiB: limitGiB }, ledger.total, asked) : null
  return excess ? { ok: false, excess } : { ok: true, ledger: held }
}

/** The volume has this size: what was held for the operation is in it, or free. As it was, when that is so. */
export const settleVolume = (ledger: Ledger, { operationId, instanceId, volumeGiB }: VolumeOf): Ledger => {
  const rest = dropGrowth(ledger, { operationId })
  const committed = commitmentOf(rest, instanceId)
  if (!committed || committed.volumeGiB === volumeGiB) return rest
  const others = growthsOf(rest, instanceId)
    .map((each) => ({ ...each, moreGiB: committed.volumeGiB + each.moreGiB - volumeGiB }))
    .filter(({ moreGiB }) => moreGiB > 0)
  return commit(rest, instanceId, holding({ ...committed, volumeGiB }, others))
}

const growthsOf = (ledger: Ledger, instanceId: InstanceId): readonly Growth[] =>
  ledger.growths
    .filter((each) => each.instanceId === instanceId)
    .map(({ operationId, moreGiB, expiresAt }) => ({ operationId, moreGiB, expiresAt }))

const isNot =
  (operationId: OperationId) =>
  (growth: Growth): boolean =>
    growth.operationId !== operationId

/** Each grows the volume to a size, not by one: of several, the largest has room for all. */
const mostGiB = (growths: readonly Growth[]): number => Math.max(0, ...growths.map(({ moreGiB }) => moreGiB))

const holding = (committed: Resources, growths: readonly Growth[]): Holding => ({
  resources: { ...committed, volumeGiB: committed.volumeGiB + mostGiB(growths) },
  ...(growths.length > 0 && { growths: [...growths] }),
})

export type Excess = {
  readonly resource: keyof Amounts
  readonly limit: number
  readonly used: number
  readonly asked: number
}

/** The first resource of which there is not enough left for what is asked, or null. */
export const findExcess = (limits: Partial<Amounts>, used: Amounts, asked: Amounts): Excess | null => {
  for (const resource of ['instances', 'vcpus', 'memoryMiB', 'volumeGiB'] as const) {
    const limit = limits[resource]
    if (limit !== undefined && used[resource] + asked[resource] > limit) {
      return { resource, limit, used: used[resource], asked: asked[resource] }
    }
  }
  return null
}

const plus = (total: Amounts, resources: Resources): Amounts => ({
  ...addResources(total, resources),
  instances: total.instances + 1,
})

const minus = (total: Amounts, resources: Resources): Amounts => ({
  ...subtractResources(total, resources),
  instances: total.instances - 1,
})
