import { describe, expect, it } from 'vitest'
import { requestIds } from '../../../commands/request-ids.ts'
import { parseCommandId } from '../../../domain/ids.ts'

const commandIdOf = (digit: string) => parseCommandId(`01900000-0000-7000-8000-00000000000${digit}`)

describe('the ids of a request', () => {
  it('follow from the id of its command, so that a repeat has the same', () => {
    expect(requestIds(commandIdOf('1'))).toEqual(requestIds(commandIdOf('1')))
  })

  it('are all different, also between requests', () => {
    const ids = ['1', '2'].flatMap((digit) => Object.values(requestIds(commandIdOf(digit))))
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
