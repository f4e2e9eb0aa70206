import { z } from 'zod'
import { type InstanceId, type OperationId, operationIdSchema, parseInstanceId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, idsOf, putById, removeById } from './id-map.ts'
import {
  addResources,
  mostResources,
  noResources,
  type Resources,
  resourcesSchema,
  sameResources,
  subtractResources,
} from './resources.ts'
import { hasPassed } from './time.ts'

/** Resources, and how many instances hold them. */
export type Amounts = Resources & { readonly instances: number }

type Reservation = { readonly instanceId: InstanceId; readonly resources: Resources; readonly expiresAt: string }

/**
 * What a holder that has something already is to have in all, for an operation that is about to be requested: the difference is held until
 * `expiresAt`.
 */
const increaseSchema = z.object({
  operationId: operationIdSchema,
  resources: resourcesSchema,
  expiresAt: z.iso.datetime(),
})
type Increase = z.infer<typeof increaseSchema>

/**
 * What an event says an instance holds from then on. `resources`: all of it. `committed`: what of it is held for good, absent where that is all.
 * `increases`: what the rest is for, which may come to nothing.
 */
export const holdingSchema = {
  resources: resourcesSchema,
  committed: resourcesSchema.optional(),
  increases: z.array(increaseSchema).optional(),
}
export type Holding = {
  readonly resources: Resources
  readonly committed?: Resources | undefined
  readonly increases?: Increase[] | undefined
}

/**
 * Who holds what of something limited. Reservations and increases hold until their time has passed, a commitment until it is released.
 * `total` counts all of them, lapsed ones too, until they are dropped.
 */
export type Ledger = {
  readonly total: Amounts
  /** Few at any time: each is committed or lapses soon. */
  readonly reservations: readonly Reservation[]
  /** Few as well. Beside the commitment of their instance. */
  readonly increases: readonly (Increase & { readonly instanceId: InstanceId })[]
  /** As many as there are instances. */
  readonly commitments: IdMap<Resources>
}

export const emptyLedger: Ledger = {
  total: { ...noResources, instances: 0 },
  reservations: [],
  increases: [],
  commitments: emptyIdMap,
}

export const reservationOf = (ledger: Ledger, instanceId: InstanceId): Reservation | undefined =>
  ledger.reservations.find((reservation) => reservation.instanceId === instanceId)

export const commitmentOf = (ledger: Ledger, instanceId: InstanceId): Resources | undefined =>
  getById(ledger.commitments, instanceId)

export const isHeld = (ledger: Ledger, instanceId: InstanceId): boolean =>
  commitmentOf(ledger, instanceId) !== undefined || reservationOf(ledger, instanceId) !== undefined

/** `expired`: whose reservation has lapsed. `reduced`: an increase of whose has. `live`: without both. */
export type Lapsed = {
  readonly live: Ledger
  readonly expired: readonly InstanceId[]
  readonly reduced: readonly InstanceId[]
}

export const lapse = (ledger: Ledger, now: string): Lapsed => {
  const isOver = ({ expiresAt }: { readonly expiresAt: string }): boolean => hasPassed(expiresAt, now)
  const expired = ledger.reservations.filter(isOver).map(({ instanceId }) => instanceId)
  const over = ledger.increases.filter(isOver)
  const live = over.reduce(dropIncrease, expired.reduce(release, ledger))
  return { live, expired, reduced: [...new Set(over.map(({ instanceId }) => instanceId))] }
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
export const commit = (
  ledger: Ledger,
  instanceId: InstanceId,
  { resources, committed = resources, increases = [] }: Holding,
): Ledger => {
  const rest = release(ledger, instanceId)
  return {
    ...rest,
    total: plus(rest.total, resources),
    increases: [...rest.increases, ...increases.map((increase) => ({ ...increase, instanceId }))],
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
      increases: ledger.increases.filter((each) => each.instanceId !== instanceId),
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
  return committed ? holding(committed, increasesOf(ledger, instanceId)) : null
}

type OfOperation = { readonly operationId: OperationId }

/** `resources`: in all. */
type Wanted = OfOperation & { readonly instanceId: InstanceId; readonly resources: Resources }

/** As it was, when nothing is held for the operation. */
export const dropIncrease = (ledger: Ledger, { operationId }: OfOperation): Ledger => {
  const instanceId = ledger.increases.find((each) => each.operationId === operationId)?.instanceId
  const committed = instanceId && commitmentOf(ledger, instanceId)
  if (!committed) return ledger
  return commit(ledger, instanceId, holding(committed, increasesOf(ledger, instanceId).filter(isNot(operationId))))
}

/** What of this an instance with a commitment has not is held for the operation. As it was, when that is so, or there is no difference. */
export const increase = (
  ledger: Ledger,
  { operationId, instanceId, resources, expiresAt }: Wanted & { readonly expiresAt: string },
): Ledger => {
  const committed = commitmentOf(ledger, instanceId)
  if (!committed || isWithin(committed, resources)) return ledger
  const present = increasesOf(ledger, instanceId)
  const before = present.find((each) => each.operationId === operationId)
  if (before && sameResources(before.resources, resources)) return ledger
  const others = present.filter(isNot(operationId))
  return commit(ledger, instanceId, holding(committed, [...others, { operationId, resources, expiresAt }]))
}

/** The instance holds exactly this: what was held for the operation is in it, or free. As it was, when that is so. */
export const settle = (
  ledger: Ledger,
  { operationId, instanceId, resources }: Partial<OfOperation> & Omit<Wanted, 'operationId'>,
): Ledger => {
  const rest = operationId ? dropIncrease(ledger, { operationId }) : ledger
  const committed = commitmentOf(rest, instanceId)
  if (committed && sameResources(committed, resources)) return rest
  return commit(rest, instanceId, holding(resources, increasesOf(rest, instanceId)))
}

const increasesOf = (ledger: Ledger, instanceId: InstanceId): readonly Increase[] =>
  ledger.increases
    .filter((each) => each.instanceId === instanceId)
    .map(({ operationId, resources, expiresAt }) => ({ operationId, resources, expiresAt }))

const isNot =
  (operationId: OperationId) =>
  (one: OfOperation): boolean =>
    one.operationId !== operationId

/** Each operation is to bring the instance to a size: of several, the largest has room for all. Those that bring it nothing more are left out. */
const holding = (committed: Resources, all: readonly Increase[]): Holding => {
  const increases = all.filter((each) => !isWithin(committed, each.resources))
  if (increases.length === 0) return { resources: committed }
  const resources = increases.map((each) => each.resources).reduce(mostResources, committed)
  return { resources, committed, increases }
}

const isWithin = (committed: Resources, resources: Resources): boolean =>
  sameResources(mostResources(committed, resources), committed)

export type Excess = {
  readonly resource: keyof Amounts
  readonly limit: number
  readonly used: number
  readonly asked: number
}

/** The first resource of which there is not enough left for what `after` has more than `before`, or null. What is not asked for may exceed its limit. */
export const excessOf = (
  limits: Partial<Amounts>,
  { total: before }: Ledger,
  { total: after }: Ledger,
): Excess | null => {
  for (const resource of ['instances', 'vcpus', 'memoryMiB', 'volumeGiB'] as const) {
    const limit = limits[resource]
    const used = before[resource]
    const asked = after[resource] - used
    if (limit !== undefined && asked > 0 && after[resource] > limit) return { resource, limit, used, asked }
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
