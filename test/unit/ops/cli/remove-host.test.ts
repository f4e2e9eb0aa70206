import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { removeHost } from '../../../../ops/cli/commands/remove-host.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { HostsDocument } from '../../../../ops/cli/generated/graphql.ts'

const host = { id: '01a204ca-47d7-7001-a325-d086e0b08721', name: 'db-2', status: 'LOST' }
const nothing = { force: false, yes: false }

/** At a terminal where a person types `answer`; null: a script. */
const clientOf = (answer: string | null) => {
  const sent: unknown[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: answer !== null })
  if (answer !== null) stdin.write(`${answer}\n`)
  const context = {
    api: {
      request: async (document: object, variables: { readonly input: object }) => {
        if (document === HostsDocument) {
          const page = { endCursor: null, hasNextPage: false }
          return { hosts: { edges: [{ cursor: 'c', node: host }], pageInfo: page } }
        }
        sent.push(variables.input)
        return { result: { __typename: 'RemoveHostAccepted', hostId: host.id } }
      },
    },
    output: { one: async () => {} },
    terminal: { stdin, stderr: Object.assign(new PassThrough(), { isTTY: answer !== null }) },
    signal: new AbortController().signal,
  } as unknown as CliContext
  return { context, sent }
}

describe('removing a host', () => {
  it('is not asked of the server before a person has typed its name', async () => {
    const { context, sent } = clientOf('yes')
    const refused = removeHost(context, 'db-2', nothing)
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('db-2 was not removed') })
    expect(sent).toEqual([])
  })

  it.each([
    ['by a person who types its name', 'db-2', nothing],
    ['by a script', null, nothing],
    ['with --yes, without a question', 'nothing', { force: true, yes: true }],
  ] as const)('goes on %s', async (_, answer, options) => {
    const { context, sent } = clientOf(answer)
    await removeHost(context, 'db-2', options)
    expect(sent).toEqual([expect.objectContaining({ id: host.id, force: options.force })])
  })

  it('of no such name says where the names are', async () => {
    const { context } = clientOf(null)
    const refused = removeHost(context, 'db-9', nothing)
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining('coffer host list') })
  })
})
