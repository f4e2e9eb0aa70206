import type { NodeId, OperationId } from '../ids.ts'
import { emptyIdMap, putById, removeById } from '../values/id-map.ts'
import type { SealingKey } from '../values/sealing-key.ts'
import type { SealingKeys } from './state.ts'

export const noSealingKeys: SealingKeys = { offered: [], lastTaken: 0, last: null, taken: emptyIdMap }

/** What of an offer may be given away: an offer that was under way meanwhile still names keys that were taken. */
export const freeKeys = ({ lastTaken }: SealingKeys, keys: readonly SealingKey[]): readonly SealingKey[] =>
  keys.filter(({ number }) => number > lastTaken).sort((a, b) => a.number - b.number)

export const isSameOffer = (a: readonly SealingKey[], b: readonly SealingKey[]): boolean =>
  a.length === b.length &&
  a.every((key, index) => key.number === b[index]?.number && key.publicKey === b[index]?.publicKey)

export const takeKey = (keys: SealingKeys, nodeId: NodeId, key: SealingKey): SealingKeys => ({
  ...without(keys, key),
  taken: putById(keys.taken, nodeId, key),
})

export const takeKeyFor = (keys: SealingKeys, operationId: OperationId, key: SealingKey): SealingKeys => ({
  ...without(keys, key),
  last: { operationId, key },
})

const without = (keys: SealingKeys, key: SealingKey): SealingKeys => ({
  ...keys,
  offered: keys.offered.filter(({ number }) => number > key.number),
  lastTaken: Math.max(keys.lastTaken, key.number),
})

export const forgetKey = (keys: SealingKeys, nodeId: NodeId): SealingKeys => ({
  ...keys,
  taken: removeById(keys.taken, nodeId),
})
