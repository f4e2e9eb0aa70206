import { describe, expect, it } from 'vitest'
import { showKafkaAcls } from '../../../../ops/cli/commands/kafka-acls.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'

const host = { id: '01a204ca-47d7-7001-a325-d086e0b08721', name: 'db-2', status: 'UP' }
const page = { endCursor: null, hasNextPage: false }

const commandsFor = async (options: { readonly user?: string; readonly namespace?: string } = {}) => {
  let shown: { readonly principal: string; readonly commands: readonly string[] } | undefined
  const context = {
    api: { request: async () => ({ hosts: { edges: [{ cursor: 'c', node: host }], pageInfo: page } }) },
    output: {
      one: async (value: NonNullable<typeof shown>) => {
        shown = value
      },
    },
    signal: new AbortController().signal,
  } as unknown as CliContext
  await showKafkaAcls(context, 'db-2', { broker: 'kafka.example:9094', ...options })
  return shown
}

describe('the access lists of a host', () => {
  it('let its agent read its own commands alone, and report', async () => {
    const { principal, commands = [] } = (await commandsFor()) ?? {}
    expect(principal).toBe(`User:agent-${host.id}`)
    const readable = commands.filter((command) => command.includes('--operation Read'))
    expect(readable.map((command) => command.split(' ').at(-1))).toEqual([
      `coffer.agent.${host.id}.commands`,
      `agent-${host.id}`,
    ])
    const writable = commands.filter((command) => command.includes('--operation Write'))
    expect(writable.map((command) => command.split(' ').at(-1))).toEqual([
      'coffer.agent.results',
      'coffer.agent.heartbeats',
      'coffer.clock',
    ])
    expect(commands.every((command) => command.startsWith('kafka-acls.sh --bootstrap-server kafka.example:9094'))).toBe(
      true,
    )
    expect(commands.join(' ')).not.toContain('prefixed')
  })

  it('are for the names of the namespace, and the account, that they are told', async () => {
    const { principal, commands = [] } = (await commandsFor({ user: 'db', namespace: 'blue' })) ?? {}
    expect(principal).toBe('User:db')
    expect(commands.every((command) => / blue\.[a-z.-]+/.test(command) && command.includes('User:db'))).toBe(true)
  })
})
