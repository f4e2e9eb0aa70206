import type { InstanceId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, putById, removeById } from '../values/id-map.ts'
import { sameName } from '../values/names.ts'
import { hasPassed } from '../values/time.ts'

/** `confirmed`: the instance has the name. `heldUntil`: until when it is kept for the instance to be renamed to it; null where it is not. */
export type NameHold = {
  readonly instanceId: InstanceId
  readonly name: string
  readonly confirmed: boolean
  readonly heldUntil: string | null
}

/** Which instance has which name, or is about to have it. An instance that is being renamed has two. */
export type Names = {
  readonly holds: IdMap<NameHold>
  readonly ofInstance: IdMap<readonly NameHold[]>
}

export const noNames: Names = { holds: emptyIdMap, ofInstance: emptyIdMap }

/** The sign in front keeps a name from being one of those that every object has. */
const keyOf = (name: string): string => `=${name.normalize('NFC')}`

/** What keeps the name from this instance; null when nothing does. */
export const otherHold = ({ holds }: Names, instanceId: InstanceId, name: string): NameHold | null => {
  const hold = getById(holds, keyOf(name))
  return hold && hold.instanceId !== instanceId ? hold : null
}

/** The instance was not given the name in time. Who is about to give it may be late all the same: the name is free once that instance refuses it. */
export const isLapsed = ({ confirmed, heldUntil }: NameHold, now: string): boolean =>
  !confirmed && heldUntil !== null && hasPassed(heldUntil, now)

/** Whether it is kept at least that long, to be given to the instance. */
export const isHeldUntil = ({ heldUntil }: NameHold, time: string): boolean =>
  heldUntil !== null && hasPassed(time, heldUntil)

export const namesHeldBy = ({ ofInstance }: Names, instanceId: InstanceId): readonly NameHold[] =>
  getById(ofInstance, instanceId) ?? []

/** Takes the place of the instance that held the name before. The name that the instance has stays its own while it is held once more. */
export const holdName = (names: Names, held: Omit<NameHold, 'confirmed'>): Names => {
  const before = getById(names.holds, keyOf(held.name))
  const isOwn = before?.instanceId === held.instanceId
  return putHold(names, { ...held, confirmed: isOwn && before.confirmed })
}

const putHold = (names: Names, hold: NameHold): Names => {
  const before = getById(names.holds, keyOf(hold.name))
  const free = before ? releaseName(names, before.instanceId, before.name) : names
  return {
    holds: putById(free.holds, keyOf(hold.name), hold),
    ofInstance: putById(free.ofInstance, hold.instanceId, [...namesHeldBy(free, hold.instanceId), hold]),
  }
}

/** The instance has this name from now on. The one it had before is free, unless it is held to be given back to it. */
export const confirmName = (names: Names, instanceId: InstanceId, name: string): Names => {
  const former = namesHeldBy(names, instanceId).filter((hold) => hold.confirmed && !sameName(hold.name, name))
  const free = former.reduce(unconfirm, names)
  return putHold(free, { instanceId, name, confirmed: true, heldUntil: null })
}

const unconfirm = (names: Names, hold: NameHold): Names =>
  hold.heldUntil === null
    ? releaseName(names, hold.instanceId, hold.name)
    : putHold(names, { ...hold, confirmed: false })

export const releaseName = (names: Names, instanceId: InstanceId, name: string): Names => {
  const key = keyOf(name)
  if (getById(names.holds, key)?.instanceId !== instanceId) return names
  const left = namesHeldBy(names, instanceId).filter((hold) => keyOf(hold.name) !== key)
  return {
    holds: removeById(names.holds, key),
    ofInstance:
      left.length === 0 ? removeById(names.ofInstance, instanceId) : putById(names.ofInstance, instanceId, left),
  }
}
