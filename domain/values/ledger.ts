import { z } from 'zod'
import { type OperationId, operationIdSchema } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, putById, removeById, valuesOf } from './id-map.ts'
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

/** Resources, and how many instances hold them: on a host, each node counts as one. */
export type Amounts = Resources & { readonly instances: number }

type Reservation<Id extends string> = {
  readonly holder: Id
  readonly resources: Resources
  readonly expiresAt: string
}
type Commitment<Id extends string> = { readonly holder: Id; readonly resources: Resources }

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
 * What an event says a holder has from then on. `resources`: all of it. `committed`: what of it is held for good, absent where that is all.
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
 * Who holds what of something limited: instances of a quota, nodes of a host. Reservations and increases hold until their time has passed, a commitment
 * until it is released. `total` counts all of them, lapsed ones too, until they are dropped.
 */
export type Ledger<Id extends string> = {
  readonly total: Amounts
  /** Few at any time: each is committed or lapses soon. */
  readonly reservations: readonly Reservation<Id>[]
  /** Few as well. Beside the commitment of their holder. */
  readonly increases: readonly (Increase & { readonly holder: Id })[]
  /** By holder: as many as there are. */
  readonly commitments: IdMap<Commitment<Id>>
}

export const emptyLedger: Ledger<never> = {
  total: { ...noResources, instances: 0 },
  reservations: [],
  increases: [],
  commitments: emptyIdMap,
}

export const reservationOf = <Id extends string>(ledger: Ledger<Id>, holder: Id): Reservation<Id> | undefined =>
  ledger.reservations.find((reservation) => reservation.holder === holder)

export const commitmentOf = <Id extends string>(ledger: Ledger<Id>, holder: Id): Resources | undefined =>
  getById(ledger.commitments, holder)?.resources

export const isHeld = <Id extends string>(ledger: Ledger<Id>, holder: Id): boolean =>
  commitmentOf(ledger, holder) !== undefined || reservationOf(ledger, holder) !== undefined

/** `expired`: whose reservation has lapsed. `reduced`: an increase of whose has. `live`: without both. */
export type Lapsed<Id extends string> = {
  readonly live: Ledger<Id>
  readonly expired: readonly Id[]
  readonly reduced: readonly Id[]
}

export const lapse = <Id extends string>(ledger: Ledger<Id>, now: string): Lapsed<Id> => {
  const isOver = ({ expiresAt }: { readonly expiresAt: string }): boolean => hasPassed(expiresAt, now)
  const expired = ledger.reservations.filter(isOver).map(({ holder }) => holder)
  const over = ledger.increases.filter(isOver)
  const live = over.reduce<Ledger<Id>>(dropIncrease, expired.reduce<Ledger<Id>>(release, ledger))
  return { live, expired, reduced: [...new Set(over.map(({ holder }) => holder))] }
}

/** Whose holding is certain: reservations, which may come to nothing, are left out. */
export const committedIds = <Id extends string>(ledger: Ledger<Id>): readonly Id[] =>
  valuesOf(ledger.commitments).map(({ holder }) => holder)

/** All that hold anything, also what may come to nothing. */
export const heldIds = <Id extends string>(ledger: Ledger<Id>): readonly Id[] => [
  ...committedIds(ledger),
  ...ledger.reservations.map(({ holder }) => holder),
]

/** Takes the place of whatever the holder had before. */
export const reserve = <Id extends string>(
  ledger: Ledger<Id>,
  { holder, resources, expiresAt }: Reservation<Id>,
): Ledger<Id> => {
  const rest = release(ledger, holder)
  return {
    ...rest,
    total: plus(rest.total, resources),
    reservations: [...rest.reservations, { holder, resources, expiresAt }],
  }
}

/** Takes the place of whatever the holder had before. */
export const commit = <Id extends string>(
  ledger: Ledger<Id>,
  holder: Id,
  { resources, committed = resources, increases = [] }: Holding,
): Ledger<Id> => {
  const rest = release(ledger, holder)
  return {
    ...rest,
    total: plus(rest.total, resources),
    increases: [...rest.increases, ...increases.map((increase) => ({ ...increase, holder }))],
    commitments: putById(rest.commitments, holder, { holder, resources: committed }),
  }
}

/** As it was, when nothing is held. */
export const release = <Id extends string>(ledger: Ledger<Id>, holder: Id): Ledger<Id> => {
  const holding = holdingOf(ledger, holder)
  if (holding) {
    return {
      ...ledger,
      total: minus(ledger.total, holding.resources),
      increases: ledger.increases.filter((each) => each.holder !== holder),
      commitments: removeById(ledger.commitments, holder),
    }
  }
  const reserved = reservationOf(ledger, holder)
  if (!reserved) return ledger
  const reservations = ledger.reservations.filter((each) => each !== reserved)
  return { ...ledger, total: minus(ledger.total, reserved.resources), reservations }
}

/** What one with a commitment holds in all. */
export const holdingOf = <Id extends string>(ledger: Ledger<Id>, holder: Id): Holding | null => {
  const committed = commitmentOf(ledger, holder)
  return committed ? holding(committed, increasesOf(ledger, holder)) : null
}

type OfOperation = { readonly operationId: OperationId }

/** `resources`: in all. */
type Wanted<Id extends string> = OfOperation & { readonly holder: Id; readonly resources: Resources }

/** As it was, when nothing is held for the operation. */
export const dropIncrease = <Id extends string>(
  ledger: Ledger<Id>,
  { operationId, holder }: OfOperation & { readonly holder: Id },
): Ledger<Id> => {
  const present = increasesOf(ledger, holder)
  const others = present.filter(isNot(operationId))
  const committed = commitmentOf(ledger, holder)
  return committed && others.length < present.length ? commit(ledger, holder, holding(committed, others)) : ledger
}

/** What of this a holder with a commitment has not is held for the operation. As it was, when that is so, or there is no difference. */
export const increase = <Id extends string>(
  ledger: Ledger<Id>,
  { operationId, holder, resources, expiresAt }: Wanted<Id> & { readonly expiresAt: string },
): Ledger<Id> => {
  const committed = commitmentOf(ledger, holder)
  if (!committed || isWithin(committed, resources)) return ledger
  const present = increasesOf(ledger, holder)
  const before = present.find((each) => each.operationId === operationId)
  if (before && sameResources(before.resources, resources)) return ledger
  const others = present.filter(isNot(operationId))
  return commit(ledger, holder, holding(committed, [...others, { operationId, resources, expiresAt }]))
}

/** The holder has exactly this: what was held for the operation is in it, or free. As it was, when that is so. */
export const settle = <Id extends string>(
  ledger: Ledger<Id>,
  { operationId, holder, resources }: Partial<OfOperation> & Omit<Wanted<Id>, 'operationId'>,
): Ledger<Id> => {
  const rest = operationId ? dropIncrease(ledger, { operationId, holder }) : ledger
  const committed = commitmentOf(rest, holder)
  if (committed && sameResources(committed, resources)) return rest
  return commit(rest, holder, holding(resources, increasesOf(rest, holder)))
}

const increasesOf = <Id extends string>(ledger: Ledger<Id>, holder: Id): readonly Increase[] =>
  ledger.increases
    .filter((each) => each.holder === holder)
    .map(({ operationId, resources, expiresAt }) => ({ operationId, resources, expiresAt }))

const isNot =
  (operationId: OperationId) =>
  (one: OfOperation): boolean =>
    one.operationId !== operationId

/** Each operation is to bring the holder to a size: of several, the largest has room for all. Those that bring it nothing more are left out. */
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
  { total: before }: { readonly total: Amounts },
  { total: after }: { readonly total: Amounts },
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
