import { describe, expect, it } from 'vitest'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { findInstance } from '../../../../ops/cli/find-instance.ts'
import { resolveId, shortId } from '../../../../ops/cli/short-ids.ts'

const ids = ['01a203e5-3045-7001-8ffe-329f10db731a', '01a203e5-3045-7001-8ffe-329f20db731a']
const pageOf = (nodes: readonly object[]) => ({
  edges: nodes.map((node) => ({ cursor: '', node })),
  pageInfo: { hasNextPage: false, endCursor: null },
})

/** A server that has these instances, whose names are `names`. */
const clientOf = (names: readonly string[]): CliContext => {
  const all = ids.map((id, index) => ({ id, name: names[index] }))
  const request = async (_document: string, variables: { id?: string; filter?: { name?: string } }) => {
    if (variables.id) return { instance: all.find(({ id }) => id === variables.id) ?? null }
    const { name } = variables.filter ?? {}
    return { instances: pageOf(all.filter((each) => name === undefined || each.name === name)) }
  }
  return { api: { request }, signal: new AbortController().signal } as unknown as CliContext
}
const search = { what: 'instance', list: async () => ids.map((id) => ({ id })) }

describe('a short id', () => {
  it('is the end of an id, since ids of one hour begin alike', () => {
    expect(ids.map(shortId)).toEqual(['10db731a', '20db731a'])
    expect(shortId('dead-letter/3/7')).toBe('dead-letter/3/7')
  })

  it('finds the one thing whose id ends so', async () => {
    expect(await resolveId('10DB731A', search)).toBe(ids[0])
    expect((await findInstance(clientOf(['a', 'b']), '20db731a')).id).toBe(ids[1])
  })

  it('is refused with the ids it may mean', async () => {
    const refusal = { exitCode: 2, failure: { code: 'AMBIGUOUS_ID', details: { ids } } }
    await expect(resolveId('db731a', search)).rejects.toMatchObject(refusal)
    await expect(resolveId('ffff', search)).rejects.toMatchObject({
      failure: { code: 'NOT_FOUND', message: 'there is no instance whose id ends in ffff' },
    })
  })

  it('gives way to a name that reads like one', async () => {
    expect((await findInstance(clientOf(['10db731a', '20db731a']), '20db731a')).id).toBe(ids[1])
    expect((await findInstance(clientOf(['20db731a', 'b']), '20db731a')).id).toBe(ids[0])
    await expect(findInstance(clientOf(['a', 'b']), 'cafe')).rejects.toThrow('there is no instance called "cafe"')
  })
})
