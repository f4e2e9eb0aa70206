import { describe, expect, it } from 'vitest'
import { instanceFields } from '../../../../ops/cli/commands/show-instance.ts'
import type { InstanceFragment as Instance } from '../../../../ops/cli/generated/graphql.ts'

/** The line of that word. */
const shown = (facts: Partial<Instance>, word: string): string | undefined =>
  instanceFields(
    {
      users: [],
      databases: [],
      sharedOperations: [],
      nodes: [],
      tags: [],
      createdAt: '2026-11-29T12:00:00.000Z',
      ...facts,
    } as unknown as Instance,
    { placed: true },
  ).find((line) => line.startsWith(word))
const shownWith = (users: Instance['users']) => shown({ users }, 'users')

describe('an instance as people see it', () => {
  it('names the databases of each user, and a user alone where its engine has none', () => {
    expect(shownWith([{ name: 'app', host: null, databases: ['shop', 'stock'], access: [] }])).toMatch(
      /^users +app \(shop, stock\)$/,
    )
    expect(shownWith([{ name: 'app', host: null, databases: [], access: [] }])).toMatch(/^users +app$/)
  })

  it('says what people keep beside it, and that it is protected', () => {
    const tags = [
      { key: 'team', value: 'web' },
      { key: 'tier', value: '' },
    ]
    expect(shown({ tags }, 'tags')).toMatch(/^tags +team=web, tier$/)
    expect(shown({ deletionProtected: true }, 'protected')).toMatch(/^protected +against deletion$/)
    expect(shown({ deletionProtected: false }, 'protected')).toBeUndefined()
  })

  it('tells where its nodes are, to those who may know', () => {
    const node = { id: 'a-node', role: 'PRIMARY', generation: 2 } as const
    expect(shown({ nodes: [{ ...node, hostId: 'a-host' }] }, 'nodes')).toMatch(
      /^nodes +a-node \(primary\) on host a-host$/,
    )
    expect(shown({ nodes: [{ ...node, hostId: null }] }, 'nodes')).toBeUndefined()
  })
})
