import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { changeInstance } from '../../../../ops/cli/commands/change-instance.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import {
  DeleteInstanceDocument,
  FollowInstanceDocument,
  InstanceDocument,
} from '../../../../ops/cli/generated/graphql.ts'

const instance = {
  id: '01a204ca-47d7-7001-a325-d086e0b08721',
  name: 'shop',
  status: 'ACTIVE',
  operation: null,
  sharedOperations: [],
}
const operation = { id: 'an-operation', instanceId: instance.id, steps: [], fault: null }

/** A client of a server that has accepted a restart as `accepted`, and whose views show the operation only when it is followed. */
const clientOf = (accepted: object) => {
  const printed: unknown[] = []
  const asked: object[] = []
  const context = {
    api: {
      request: async (document: object) => {
        asked.push(document)
        return document === InstanceDocument
          ? { instance }
          : { result: { __typename: 'InstanceOperationAccepted', replayed: false, ...accepted } }
      },
      async *subscribe(document: object): AsyncGenerator<object> {
        if (document === FollowInstanceDocument) yield { instance }
        yield { operation: null }
        yield { operation: { ...operation, status: 'RUNNING' } }
        yield { operation: { ...operation, status: 'SUCCEEDED' } }
      },
    },
    output: { one: async (value: unknown, lines: () => readonly string[]) => void printed.push(value, ...lines()) },
    terminal: { stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) },
    environment: {},
    invocation: 'coffer',
    signal: new AbortController().signal,
  } as unknown as CliContext
  return { context, printed, asked }
}

describe('a change of an instance', () => {
  it('whose operation the server cannot show yet is waited for all the same', async () => {
    const { context, printed } = clientOf({ operationId: operation.id, operation: null, instance: null })
    await changeInstance(context, 'restart', instance.id, { wait: true, timeout: 60 })
    expect(printed).toEqual([{ ...instance, operationId: operation.id }, 'shop is restarted: ACTIVE'])
  })

  it('is named with its operation when it is not waited for, though the server cannot show it yet', async () => {
    const { context, printed } = clientOf({ operationId: operation.id, operation: null, instance: null })
    await changeInstance(context, 'restart', instance.id, { wait: false, timeout: 60 })
    expect(printed).toEqual([
      { id: instance.id, name: 'shop', operationId: operation.id },
      `restarting shop; follow it with: coffer operation watch ${operation.id}`,
    ])
  })

  it('that is already so is nothing to wait for', async () => {
    const { context, printed } = clientOf({ operationId: null, operation: null, instance })
    await changeInstance(context, 'start', instance.id, { wait: true, timeout: 60 })
    expect(printed).toEqual([instance, 'shop is ACTIVE: there is nothing to do'])
  })

  it('that deletes what a person has confirmed looks for it once, so that it is no other of that name', async () => {
    const { context, printed, asked } = clientOf({ operationId: operation.id, operation: null, instance: null })
    const terminal = () => Object.assign(new PassThrough(), { isTTY: true })
    const stdin = terminal()
    stdin.write('shop\n')
    const atTerminal = { ...context, terminal: { stdin, stderr: terminal() } } as unknown as CliContext
    await changeInstance(atTerminal, 'delete', instance.id, { wait: false, timeout: 60 })
    expect(printed).toContain(`deleting shop; follow it with: coffer operation watch ${operation.id}`)
    expect(asked).toEqual([InstanceDocument, DeleteInstanceDocument])
  })
})
