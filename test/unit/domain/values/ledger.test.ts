import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InstanceId } from '../../../../domain/ids.ts'
import { emptyIdMap, getById, type IdMap, putById, removeById, valuesOf } from '../../../../domain/values/id-map.ts'
import {
  commit,
  committedIds,
  dropIncrease,
  emptyLedger,
  holdingOf,
  increase,
  type Ledger,
  lapse,
  release,
  reserve,
  settle,
} from '../../../../domain/values/ledger.ts'
import { deepFreeze } from '../../../support/spec.ts'
import { at, instanceId, operationId, resources } from '../samples.ts'

describe('a map by id', () => {
  it('holds what a Map holds after any changes, and changes nothing in place', () => {
    // Few ids, of which several share a bucket: those whose last two hexadecimal digits are the same.
    const ordinal = fc.constantFrom(1, 2, 1 + 256, 2 + 256, 1 + 512)
    const change = fc.record({ ordinal, value: fc.option(fc.integer()) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 50 }), (changes) => {
        const model = new Map<string, number>()
        let map: IdMap<number> = emptyIdMap
        for (const { ordinal, value } of changes) {
          const id = instanceId(ordinal)
          if (value === null) model.delete(id)
          else model.set(id, value)
          map = deepFreeze(value === null ? removeById(map, id) : putById(map, id, value))
          expect(getById(map, id)).toBe(model.get(id))
        }
        expect(valuesOf(map).toSorted()).toEqual([...model.values()].sort())
      }),
    )
  })
})

describe('a ledger', () => {
  const reservation = { holder: instanceId(1), resources, expiresAt: at(60) }

  it('counts an instance once, reserved or committed', () => {
    const ledger = commit(reserve(reserve(emptyLedger, reservation), reservation), instanceId(1), { resources })
    expect(ledger.total).toEqual({ ...resources, instances: 1 })
    expect(committedIds(ledger)).toEqual([instanceId(1)])
    expect(ledger.reservations).toEqual([])
  })

  it('is empty again when all is released, and releasing what is not held leaves it as it is', () => {
    const held = commit(emptyLedger, instanceId(1), { resources })
    expect(release(held, instanceId(1)).total).toEqual(emptyLedger.total)
    expect(release(held, instanceId(2))).toBe(held)
  })

  it('counts the most that operations may need until they lapse, are dropped or settled, and gives all back with the instance', () => {
    const held = commit(emptyLedger, instanceId(1), { resources })
    const size = resources.volumeGiB
    const sized = (volumeGiB: number) => ({ ...resources, volumeGiB })
    const more = (ledger: Ledger<InstanceId>, ordinal: number, volumeGiB: number) =>
      increase(ledger, {
        holder: instanceId(1),
        operationId: operationId(ordinal),
        resources: sized(volumeGiB),
        expiresAt: at(ordinal),
      })
    const both = more(more(held, 1, size + 2), 2, size + 3)
    expect(both.total.volumeGiB).toBe(size + 3)
    expect(commit(emptyLedger, instanceId(1), holdingOf(both, instanceId(1)) as never)).toEqual(both)
    const { live, reduced } = lapse(both, at(1))
    expect([live.total.volumeGiB, reduced]).toEqual([size + 3, [instanceId(1)]])
    const wanted = { holder: instanceId(1), operationId: operationId(1), resources: sized(size + 2) }
    const settled = settle(both, wanted)
    expect(settled.total.volumeGiB).toBe(size + 3)
    expect(dropIncrease(settled, { operationId: operationId(2), holder: instanceId(1) }).total.volumeGiB).toBe(size + 2)
    expect(settle(both, { ...wanted, resources: sized(size + 3) }).increases).toEqual([])
    expect(release(both, instanceId(1))).toEqual(emptyLedger)
  })

  it('folds ten thousand instances in time that grows with their number alone', () => {
    let ledger: Ledger<InstanceId> = emptyLedger
    for (let ordinal = 1; ordinal <= 10_000; ordinal += 1) {
      ledger = reserve(ledger, { ...reservation, holder: instanceId(ordinal) })
      ledger = commit(ledger, instanceId(ordinal), { resources })
    }
    expect(ledger.total.instances).toBe(10_000)
  }, 30_000)
})
