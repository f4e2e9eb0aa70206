import { describe, expect, it } from 'vitest'
import { type RequestIds, requestIds } from '../../../commands/request-ids.ts'
import { parseCommandId } from '../../../domain/ids.ts'

const commandIdOf = (digit: string) => parseCommandId(`01900000-0000-7000-8000-00000000000${digit}`)

/** By their names; getters of a class are no properties of what it makes. */
const allOf = (ids: RequestIds): Readonly<Record<string, string>> => {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(ids)).filter((name) => name !== 'constructor')
  return Object.fromEntries(['commandId', ...names].map((name) => [name, ids[name as keyof RequestIds]]))
}

describe('the ids of a request', () => {
  it('follow from the id of its command, so that a repeat has the same', () => {
    expect(allOf(requestIds(commandIdOf('1')))).toEqual(allOf(requestIds(commandIdOf('1'))))
  })

  it('are all different, also between requests', () => {
    const ids = ['1', '2'].flatMap((digit) => Object.values(allOf(requestIds(commandIdOf(digit)))))
    expect(ids).toContain(requestIds(commandIdOf('2')).joinTokenId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('are the same each time they are asked for', () => {
    const ids = requestIds(commandIdOf('1'))
    expect([ids.instanceId, ids.operationId, ids.tokenId]).toEqual([ids.instanceId, ids.operationId, ids.tokenId])
  })

  it('sort by time as that of the command does', () => {
    const earlier = requestIds(parseCommandId('01900000-0000-7001-bfff-ffffffffffff'))
    const later = requestIds(parseCommandId('01900000-0000-7002-8000-000000000000'))
    for (const kind of ['instanceId', 'operationId', 'tokenId'] as const) {
      expect(earlier[kind] < later[kind]).toBe(true)
    }
  })
})
