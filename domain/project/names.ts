import type { InstanceId } from '../ids.ts'
import { emptyIdMap, getById, type IdMap, putById, removeById } from '../values/id-map.ts'
import { hasPassed } from '../values/time.ts'

/** `heldUntil`: null once the instance has the name. */
type NameHold = { readonly instanceId: InstanceId; readonly name: string; readonly heldUntil: string | null }

/** Which instance has which name, or is about to have it. An instance that is being renamed has two. */
export type Names = {
  readonly holds: IdMap<NameHold>
  readonly ofInstance: IdMap<readonly NameHold[]>
}

export const noNames: Names = { holds: emptyIdMap, ofInstance: emptyIdMap }

/** Names that look the same are the same (NFC). The sign in front keeps a name from being one of those that every object has. */
const keyOf = (name: string): string => `=${name.normalize('NFC')}`

/** The instance that keeps the name from this one at that time; null when it is free. `now` null: holds that have lapsed count, too. */
export const otherHolder = (
  { holds }: Names,
  instanceId: InstanceId,
  name: string,
  now: string | null,
): InstanceId | null => {
  const hold = getById(holds, keyOf(name))
  if (!hold || hold.instanceId === instanceId) return null
  const isLapsed = now !== null && hold.heldUntil !== null && hasPassed(hold.heldUntil, now)
  return isLapsed ? null : hold.instanceId
}

export const namesHeldBy = ({ ofInstance }: Names, instanceId: InstanceId): readonly NameHold[] =>
  getById(ofInstance, instanceId) ?? []

/** Takes the place of whichever instance held the name before. */
export const holdName = (names: Names, hold: NameHold): Names => {
  const before = getById(names.holds, keyOf(hold.name))
  const free = before ? releaseName(names, before.instanceId, before.name) : names
  return {
    holds: putById(free.holds, keyOf(hold.name), hold),
    ofInstance: putById(free.ofInstance, hold.instanceId, [...namesHeldBy(free, hold.instanceId), hold]),
  }
}

/** The instance has this name from now on, and the one it had before is free. */
export const confirmName = (names: Names, instanceId: InstanceId, name: string): Names => {
  const former = namesHeldBy(names, instanceId).filter(({ heldUntil }) => heldUntil === null)
  const free = former.reduce((left, each) => releaseName(left, instanceId, each.name), names)
  return holdName(free, { instanceId, name, heldUntil: null })
}

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
