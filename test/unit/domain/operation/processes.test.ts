import { describe, expect, it } from 'vitest'
import { operationKinds } from '../../../../domain/instance/operation-kinds.ts'
import { operationOf } from '../../../../domain/instance/operations.ts'
import { stepNames } from '../../../../domain/operation/index.ts'
import { commandId, databases, facts, operationId, spec, users } from '../samples.ts'
import {
  confirm,
  failed,
  given,
  issued,
  logOf,
  outcomeOf,
  start,
  subjectWithAccounts,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const engineRunning = (generation: number) => ({ kind: 'engine-running', spec, generation })

describe('provisioning', () => {
  const asked = start('provision', { subject: subjectWithAccounts })
  const ids = [commandId(1), commandId(2), commandId(3), commandId(4)] as const
  const allDone = [asked, succeeded(ids[0]), succeededWithFacts(ids[1]), succeeded(ids[2]), succeeded(ids[3])]

  it('makes the volume, the engine and the accounts, and then queries the endpoint as every user', () => {
    expect(issued(logOf(...allDone))).toEqual([
      { step: 'volume', epoch: 7, payload: { kind: 'volume-ready', sizeGiB: 2 } },
      { step: 'engine', epoch: 7, payload: engineRunning(4) },
      { step: 'accounts', epoch: 7, payload: { kind: 'accounts-ready', databases, users } },
      { step: 'verify', epoch: 7, payload: { kind: 'endpoint-verified', users } },
    ])
  })

  it('leaves the accounts out when there are none', () => {
    const log = logOf(start('provision'), succeeded(ids[0]), succeededWithFacts(ids[1]))
    expect(issued(log).map(({ step }) => step)).toEqual(['volume', 'engine', 'verify'])
  })

  it('hands the endpoint on when it has succeeded', () => {
    expect(outcomeOf(logOf(...allDone))).toEqual({
      operationId: operationId(),
      outcome: 'SUCCEEDED',
      results: { engine: facts },
    })
  })

  it('fails when the agent says that the engine runs but not where', () => {
    const log = logOf(asked, succeeded(ids[0]), succeeded(ids[1]), succeeded(commandId(5)))
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', fault: { code: 'AGENT_ANSWER_INCOMPLETE' } })
  })

  it('fails at once when the agent tells something else than where clients connect, and names the fields alone', () => {
    const engine = succeeded(ids[1]) as Extract<ReturnType<typeof succeeded>, { readonly type: 'HandleGuestResult' }>
    const told = { endpoint: { host: 7, port: 'a secret' }, caCertificate: 'a certificate' }
    const odd = { ...engine, result: { ...engine.result, facts: told } } as typeof engine
    const log = logOf(asked, succeeded(ids[0]), odd, succeeded(commandId(5)))
    expect(outcomeOf(log)?.fault).toMatchObject({
      code: 'AGENT_ANSWER_INCOMPLETE',
      message: expect.stringMatching(/: endpoint\.host, endpoint\.port$/),
    })
    expect(JSON.stringify(log)).not.toContain('a secret')
  })

  it('removes everything, with the next epoch, when a step fails', () => {
    const log = logOf(asked, succeeded(ids[0]), failed(ids[1]))
    expect(issued(log).at(-1)).toEqual({
      step: 'remove',
      epoch: 8,
      payload: { kind: 'node-absent', sealingKey: 1, undo: true },
    })
  })
})

describe('restarting', () => {
  it('asks for the next generation and queries the endpoint as the monitor account', () => {
    expect(issued(logOf(start('restart'), succeeded(commandId(1))))).toEqual([
      { step: 'engine', epoch: 7, payload: engineRunning(5) },
      { step: 'verify', epoch: 7, payload: { kind: 'endpoint-verified', users: [] } },
    ])
  })

  it('is undone by an engine that runs, of whichever start, and is queried', () => {
    const log = logOf(start('restart'), failed(commandId(1)), succeeded(commandId(3)), succeeded(commandId(4)))
    expect(issued(log).slice(1)).toEqual([
      { step: 'bring-back', epoch: 8, payload: engineRunning(4) },
      { step: 'verify-back', epoch: 8, payload: { kind: 'endpoint-verified', users: [] } },
    ])
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', compensated: true })
  })
})

describe('stopping', () => {
  it('asks for an engine that does not run', () => {
    const log = logOf(start('stop'), succeeded(commandId(1)))
    expect(issued(log)).toEqual([{ step: 'stop', epoch: 7, payload: { kind: 'engine-stopped' } }])
    expect(outcomeOf(log)).toEqual({ operationId: operationId(), outcome: 'SUCCEEDED' })
  })

  it('is undone by an engine that runs and is queried', () => {
    const log = logOf(start('stop'), failed(commandId(1)), succeeded(commandId(2)))
    expect(issued(log).slice(1)).toMatchObject([
      { step: 'bring-back', payload: engineRunning(4) },
      { step: 'verify-back' },
    ])
  })
})

describe('starting', () => {
  it('asks for an engine of the same generation and queries the endpoint', () => {
    expect(issued(logOf(start('start'), succeeded(commandId(1))))).toMatchObject([
      { step: 'engine', payload: engineRunning(4) },
      { step: 'verify', payload: { kind: 'endpoint-verified', users: [] } },
    ])
  })

  it('is undone by stopping the engine', () => {
    const log = logOf(start('start'), failed(commandId(1)))
    expect(issued(log).at(-1)).toEqual({ step: 'stop', epoch: 8, payload: { kind: 'engine-stopped' } })
  })
})

describe('deleting', () => {
  it('asks for the instance to be gone', () => {
    const log = logOf(start('delete'), succeeded(commandId(1)))
    expect(issued(log)).toEqual([{ step: 'remove', epoch: 7, payload: { kind: 'node-absent', sealingKey: null } }])
    expect(outcomeOf(log)).toEqual({ operationId: operationId(), outcome: 'SUCCEEDED' })
  })

  it('has no way back: when it fails, it says what may be left', () => {
    const log = logOf(start('delete'), failed(commandId(1)))
    expect(outcomeOf(log)).toMatchObject({ outcome: 'FAILED', compensated: false })
    expect(outcomeOf(log)?.fault?.message).toBe(
      'the engine did not start; its process, files or volume may still be on the host',
    )
  })
})

describe.each(operationKinds)('the %s process', (kind) => {
  it('has names that are different for all its steps, those that undo included', () => {
    const names = stepNames(kind)
    expect(new Set(names).size).toBe(names.length)
  })

  const { steps, compensation } = operationOf(kind)
  it.each([...steps, ...compensation])(
    'lets the bus be away for half a minute and come back during its step $name',
    ({ timeoutMs }) => {
      expect(timeoutMs).toBeGreaterThanOrEqual(90_000)
    },
  )

  it('undoes things even if the agent comes back long after', () => {
    expect(operationOf(kind).compensation[0]?.outlastsOperation ?? true).toBe(true)
  })

  it('needs an id for the command of every step', () => {
    expect(() => logOf({ ...start(kind), commandIds: {} })).toThrow('no command id was given for step')
  })

  it('is told to start once only', () => {
    given(...logOf(start(kind)))
      .when(start(kind))
      .thenNothing()
  })

  it('tells the instance before it ends', () => {
    const done = logOf(
      start(kind),
      succeededWithFacts(commandId(1)),
      succeededWithFacts(commandId(2)),
      succeeded(commandId(3)),
      succeededWithFacts(commandId(4)),
      succeeded(commandId(5)),
    )
    const state = given(...done).state
    expect(state.status).toBe('ENDING')
    given(...done)
      .when(confirm())
      .thenEvents({ type: 'OperationSucceeded', data: { operationId: operationId() } })
  })
})
