import { once } from 'node:events'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { changePassword, createUsers } from '../../../../ops/cli/commands/users.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { type CliFailure, trouble } from '../../../../ops/cli/failure.ts'
import { InstanceDocument } from '../../../../ops/cli/generated/graphql.ts'

const password = 'generated-once'
const instance = { id: '01a204ca-47d7-7001-a325-d086e0b08721', name: 'shop', status: 'ACTIVE' }
const accepted = {
  result: {
    __typename: 'CredentialsAccepted',
    replayed: false,
    credentials: [{ user: 'app', password, databases: ['app'] }],
    operationId: 'an-op',
    operation: null,
    instance,
  },
}
const sources = { passwordEnv: [], passwordPrompt: [] }
type Waiting = { readonly wait: boolean; readonly timeout: number }
type Run = (context: CliContext, waiting: Waiting) => Promise<void>
const making: Run = (context, waiting) =>
  createUsers(context, instance.id, ['app'], { ...sources, level: 'all', ...waiting })
const changing: Run = (context, waiting) =>
  changePassword(context, instance.id, 'app', { ...sources, keepFormer: false, ...waiting })

/** A client whose mutations are answered one after the other as `answers` say, and whose operation never ends. */
const clientOf = (answers: (() => object)[], signal = new AbortController().signal) => {
  const [keys, printed]: [unknown[], string[]] = [[], []]
  const context = {
    api: {
      request: async (document: object, { input }: { readonly input: { readonly idempotencyKey?: string } }) => {
        if (document === InstanceDocument) return { instance }
        keys.push(input.idempotencyKey)
        return answers.shift()?.()
      },
      async *subscribe(_document: object, _variables: object, until: AbortSignal) {
        if (!until.aborted) await once(until, 'abort')
        yield* []
      },
    },
    output: { one: async (_value: object, lines: () => readonly string[]) => void printed.push(...lines()) },
    terminal: { stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) },
    environment: {},
    invocation: 'coffer',
    signal,
  } as unknown as CliContext
  return { context, keys, printed }
}

const breakOff = (): object => {
  throw trouble('CONNECTION_LOST', 'the connection broke off')
}

describe.each([
  ['of a user that is made', making],
  ['that is changed', changing],
])('a generated password %s', (_of, run) => {
  it('is asked for again under the same key when its answer is lost with the connection', async () => {
    const { context, keys, printed } = clientOf([breakOff, () => accepted])
    await run(context, { wait: false, timeout: 60 })
    expect(printed.join('\n')).toContain(password)
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]])
  })

  it('is shown when the time to wait has passed', async () => {
    const { context } = clientOf([() => accepted])
    const error: unknown = await run(context, { wait: true, timeout: 0.0015 }).catch((reason) => reason)
    expect(error).toMatchObject({ failure: { code: 'WAIT_TIMEOUT' } })
    expect((error as CliFailure).result?.lines().join('\n')).toContain(password)
  })

  it('is shown when whoever waits interrupts that', async () => {
    const interrupted = new AbortController()
    const { context } = clientOf([() => accepted], interrupted.signal)
    const failing = run(context, { wait: true, timeout: 60 }).catch((reason) => reason)
    interrupted.abort()
    const error: unknown = await failing
    expect(error).toMatchObject({ failure: { code: 'INTERRUPTED', details: { operationId: 'an-op' } } })
    expect((error as CliFailure).result?.lines().join('\n')).toContain(password)
  })
})
