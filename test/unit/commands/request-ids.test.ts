import { describe, expect, it } from 'vitest'
import { type RequestIds, requestIds } from '../../../commands/request-ids.ts'
import { parseJoinTokenId } from '../../../domain/fleet/id.ts'
import { parseCommandId } from '../../../domain/ids.ts'
import { parseTokenId } from '../../../domain/token/id.ts'

const commandIdOf = (digit: string) => parseCommandId(`01900000-0000-7000-8000-00000000000${digit}`)

const allOf = (ids: RequestIds) => ({
  commandId: ids.commandId,
  instanceId: ids.instanceId,
  nodeId: ids.nodeId,
  operationId: ids.operationId,
  tokenId: ids.made('token', parseTokenId),
  joinTokenId: ids.made('join-token', parseJoinTokenId),
})

describe('the ids of a request', () => {
  it('follow from the id of its command, so that a repeat has the same', () => {
    expect(allOf(requestIds(commandIdOf('1')))).toEqual(allOf(requestIds(commandIdOf('1'))))
  })

  it('are all different, also between requests', () => {
    const ids = ['1', '2'].flatMap((digit) => Object.values(allOf(requestIds(commandIdOf(digit)))))
    expect(ids).toContain(allOf(requestIds(commandIdOf('2'))).joinTokenId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('are the same each time they are asked for', () => {
    const ids = requestIds(commandIdOf('1'))
    expect(allOf(ids)).toEqual(allOf(ids))
  })

  it('sort by time as that of the command does', () => {
    const earlier = allOf(requestIds(parseCommandId('01900000-0000-7001-bfff-ffffffffffff')))
    const later = allOf(requestIds(parseCommandId('01900000-0000-7002-8000-000000000000')))
    for (const kind of ['instanceId', 'operationId', 'tokenId'] as const) {
      expect(earlier[kind] < later[kind]).toBe(true)
    }
  })
})
