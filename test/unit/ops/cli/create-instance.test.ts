import { once } from 'node:events'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type CreateOptions, createInstance } from '../../../../ops/cli/commands/create-instance.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { CliFailure, type Result, trouble } from '../../../../ops/cli/failure.ts'

const password = 'generated-once'
const credentials = [{ user: 'app', password, databases: ['app'] }]
const instance = {
  id: 'an-instance',
  name: 'shop',
  status: 'PROVISIONING',
  endpoint: null,
  databases: [],
  sharedOperations: [],
  tags: [],
  nodes: [],
  users: [],
}
const options: CreateOptions = {
  datastore: 'postgresql',
  database: ['app'],
  user: ['app'],
  tag: [],
  protect: false,
  passwordEnv: [],
  passwordPrompt: [],
  wait: true,
  timeout: 60,
}

/** A client of a server that has begun to make an instance and shows no end of it: what follows it ends as `follow` says. */
const clientOf = (follow: (signal: AbortSignal) => AsyncGenerator<object>, signal = new AbortController().signal) =>
  ({
    api: {
      request: async () => ({
        result: { __typename: 'CreateInstanceAccepted', replayed: false, operationId: 'an-op', instance, credentials },
      }),
      subscribe: (_document: string, _variables: object, until: AbortSignal) => follow(until),
    },
    terminal: { stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) },
    environment: {},
    invocation: 'coffer',
    signal,
  }) as unknown as CliContext

const failureOf = async (context: CliContext, given: Partial<CreateOptions> = {}): Promise<CliFailure> => {
  const error: unknown = await createInstance(context, 'shop', { ...options, ...given }).catch((reason) => reason)
  if (error instanceof CliFailure) return error
  throw new Error('the command would have ended in another way', { cause: error })
}

const shown = ({ value, lines }: Result = { value: {}, lines: () => [] }) => ({ value, text: lines().join('\n') })

const untilAborted = async function* (signal: AbortSignal): AsyncGenerator<object> {
  if (!signal.aborted) await once(signal, 'abort')
  yield* []
}

describe('an instance that is waited for in vain', () => {
  it('is shown with the password that was generated for it when the time to wait has passed', async () => {
    const { exitCode, failure, result } = await failureOf(clientOf(untilAborted), { timeout: 0.0015 })
    expect(exitCode).toBe(4)
    expect(failure).toMatchObject({ code: 'WAIT_TIMEOUT', details: { operationId: 'an-op' } })
    const { value, text } = shown(result)
    expect(value).toMatchObject({ id: 'an-instance', operationId: 'an-op', credentials: [{ user: 'app', password }] })
    expect(text).toContain(password)
    expect(text).toContain('operation watch an-op')
  })

  it('is shown with it when whoever waits interrupts that', async () => {
    const interrupted = new AbortController()
    const failing = failureOf(clientOf(untilAborted, interrupted.signal))
    interrupted.abort()
    const { failure, result } = await failing
    expect(failure.code).toBe('INTERRUPTED')
    expect(shown(result).text).toContain(password)
  })

  it('is shown with it when the server does not let the caller follow it any more', async () => {
    const refuse = async function* (): AsyncGenerator<object> {
      yield* []
      throw trouble('UNAUTHENTICATED', 'the token was revoked')
    }
    const { failure, result } = await failureOf(clientOf(refuse))
    expect(failure.code).toBe('UNAUTHENTICATED')
    expect(shown(result).text).toContain(password)
  })

  it('is not shown when it could not be made, as its password opens nothing', async () => {
    const fault = { code: 'ENGINE_START_FAILED', message: 'it did not start', retryable: true, cause: null }
    const fail = async function* (): AsyncGenerator<object> {
      yield { operation: { id: 'an-op', status: 'FAILED', steps: [], fault } }
    }
    const { exitCode, result } = await failureOf(clientOf(fail))
    expect({ exitCode, result }).toEqual({ exitCode: 3, result: undefined })
  })
})
