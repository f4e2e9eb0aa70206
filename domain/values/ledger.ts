import { type InstanceId, parseInstanceId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, idsOf, putById, removeById } from './id-map.ts'
import { addResources, noResources, type Resources, subtractResources } from './resources.ts'
import { hasPassed } from './time.ts'

/** Resources, and how many instances hold them. */
export type Amounts = Resources & { readonly instances: number }

type Reservation = { readonly instanceId: InstanceId; readonly resources: Resources; readonly expiresAt: string }

/**
 * Who holds what of something limited. A reservation holds until its time has passed, a commitment until it is released.
 * `total` counts all of both, lapsed reservations too, until they are dropped.
 */
export type Ledger = {
  readonly total: Amounts
  /** Few at any time: each is committed or lapses soon. */
  readonly reservations: readonly Reservation[]
  /** As many as there are instances. */
  readonly commitments: IdMap<Resources>
}

export const emptyLedger: Ledger = {
  total: { ...noResources, instances: 0 },
  reservations: [],
  commitments: emptyIdMap,
}

export const reservationOf = (ledger: Ledger, instanceId: InstanceId): Reservation | undefined =>
  ledger.reservations.find((reservation) => reservation.instanceId === instanceId)

export const commitmentOf = (ledger: Ledger, instanceId: InstanceId): Resources | undefined =>
  getById(ledger.commitments, instanceId)

export const isHeld = (ledger: Ledger, instanceId: InstanceId): boolean =>
  commitmentOf(ledger, instanceId) !== undefined || reservationOf(ledger, instanceId) !== undefined

/** Those whose reservation has lapsed by `now`. */
export const lapsedBy = (ledger: Ledger, now: string): readonly InstanceId[] =>
  ledger.reservations.filter(({ expiresAt }) => hasPassed(expiresAt, now)).map(({ instanceId }) => instanceId)

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
export const commit = (ledger: Ledger, instanceId: InstanceId, resources: Resources): Ledger => {
  const rest = release(ledger, instanceId)
  return {
    ...rest,
    total: plus(rest.total, resources),
    commitments: putById(rest.commitments, instanceId, resources),
  }
}

/** As it was, when the instance holds nothing. */
export const release = (ledger: Ledger, instanceId: InstanceId): Ledger => {
  const committed = commitmentOf(ledger, instanceId)
  if (committed) {
    const commitments = removeById(ledger.commitments, instanceId)
    return { ...ledger, total: minus(ledger.total, committed), commitments }
  }
  const reserved = reservationOf(ledger, instanceId)
  if (!reserved) return ledger
  const reservations = ledger.reservations.filter((each) => each !== reserved)
  return { ...ledger, total: minus(ledger.total, reserved.resources), reservations }
}

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

/** Why a volume cannot grow by so many GiB, or null. */
export const volumeExcess = (limitGiB: number, used: Amounts, moreGiB: number): Excess | null =>
  findExcess({ volumeGiB: limitGiB }, used, { ...noResources, volumeGiB: moreGiB, instances: 0 })

const plus = (total: Amounts, resources: Resources): Amounts => ({
  ...addResources(total, resources),
  instances: total.instances + 1,
})

const minus = (total: Amounts, resources: Resources): Amounts => ({
  ...subtractResources(total, resources),
  instances: total.instances - 1,
})
