import { describe, expect, it } from 'vitest'
import { type OperationInput, operation } from '../../../../domain/operation/index.ts'
import { isAwaiting } from '../../../../domain/operation/state.ts'
import { at, commandId, hostId, nodeId, operationId, users } from '../samples.ts'
import {
  awaitedStep,
  cancel,
  check,
  confirm,
  given,
  logOf,
  outcomeOf,
  start,
  subjectWithAccounts,
  succeeded,
  succeededWithFacts,
} from './history.ts'

const lost = (ordinal = 1): OperationInput => ({ type: 'HandleHostLost', hostId: hostId(ordinal), now: at(20) })
const move = (from = 1, to = 2): OperationInput => ({
  type: 'MoveOperation',
  from: hostId(from),
  nodeId: nodeId(to),
  hostId: hostId(to),
  sealingKey: 9,
  users,
  commandIds: Object.fromEntries(
    ['volume', 'engine', 'accounts', 'verify', 'remove'].map((step, index) => [step, commandId(100 * to + index)]),
  ),
  now: at(30),
})
const leftover = (ordinal: number, epoch: number): OperationInput => ({
  type: 'RemoveLeftover',
  nodeId: nodeId(ordinal),
  hostId: hostId(ordinal),
  epoch,
  commandId: commandId(77),
  now: at(500),
})
const bySecondHost = (input: OperationInput): OperationInput =>
  input.type === 'HandleGuestResult'
    ? { ...input, result: { ...input.result, nodeId: nodeId(2), hostId: hostId(2) } }
    : input
const provision = start('provision', { subject: subjectWithAccounts })

describe('an operation whose host is lost', () => {
  it('settles a removal, which the host carries out when it is back', () => {
    const log = logOf(start('delete'), lost())
    expect(log).toContainEqual({ type: 'OperationStepCompleted', data: { step: 'remove', deferred: true } })
    expect(outcomeOf(log)).toMatchObject({ outcome: 'SUCCEEDED' })
  })

  it('settles the undoing of a provisioning alike', () => {
    expect(outcomeOf(logOf(provision, cancel(), lost()))).toMatchObject({ outcome: 'CANCELLED', compensated: true })
  })

  it.each(['restart', 'stop', 'start'] as const)('changes nothing of what only this host can do: %s', (kind) => {
    given(...logOf(start(kind)))
      .when(lost())
      .thenNothing()
  })

  it('changes nothing when it is another host that is lost', () => {
    given(...logOf(start('delete')))
      .when(lost(2))
      .thenNothing()
  })

  it('waits for as long as the whole provisioning may take, and is told so once', () => {
    const log = logOf(provision, lost())
    const state = log.reduce(operation.evolve, operation.initial)
    expect(isAwaiting(state) && state.step).toMatchObject({
      deadline: 'forwardDeadline' in state && state.forwardDeadline,
    })
    given(...log)
      .when(lost())
      .thenNothing()
  })

  it('finds its command still wanted when the host returns within that time', () => {
    const log = logOf(provision, lost())
    const state = log.reduce(operation.evolve, operation.initial)
    const command = log.flatMap((event) => (event.type === 'GuestCommandIssued' ? [event.data.command] : [])).at(-1)
    expect(command?.deadline).toBe(isAwaiting(state) && state.step.deadline)
  })

  it('fails for it when nobody took it over in time', () => {
    const [failed] = given(...logOf(provision, lost()))
      .when(check(906))
      .thenTypes('OperationStepFailed', 'OperationStepStarted', 'GuestCommandIssued')
    expect(failed?.data).toMatchObject({ step: 'volume', fault: { code: 'HOST_UNREACHABLE', retryable: true } })
  })
})

describe('an operation that moves', () => {
  it('begins again on the other host, and has the former one remove what it has', () => {
    const [moved, removal, started, issued] = given(...logOf(provision, succeeded(commandId(1))))
      .when(move())
      .thenTypes('OperationMoved', 'GuestCommandIssued', 'OperationStepStarted', 'GuestCommandIssued')
    expect(moved?.data).toMatchObject({ from: hostId(1), hostId: hostId(2), sealingKey: 9, epoch: 9 })
    expect(removal?.data).toMatchObject({
      step: 'remove',
      command: { hostId: hostId(1), epoch: 8, payload: { kind: 'node-absent', sealingKey: 1, undo: true } },
    })
    expect(started?.data).toMatchObject({ step: 'volume' })
    expect(issued?.data).toMatchObject({ command: { hostId: hostId(2), epoch: 9, commandId: commandId(200) } })
  })

  it('listens to the other host alone', () => {
    given(...logOf(provision, move()))
      .when(succeeded(commandId(1)))
      .thenNothing()
    given(...logOf(provision, move()))
      .when(succeeded(commandId(200)))
      .thenNothing()
  })

  it('is undone on the other host', () => {
    const log = logOf(provision, move(), cancel())
    expect(log.at(-1)).toMatchObject({ data: { command: { hostId: hostId(2), epoch: 10, commandId: commandId(204) } } })
  })

  it('moves on when that one is lost, too, and leaves both behind', () => {
    const log = logOf(provision, move(), move(2, 3))
    expect(log.at(-1)).toMatchObject({ data: { command: { hostId: hostId(3), epoch: 11 } } })
    for (const [left, epoch] of [
      [1, 8],
      [2, 10],
    ] as const) {
      const [removal] = given(...log)
        .when(leftover(left, epoch))
        .thenTypes('GuestCommandIssued')
      expect(removal?.data).toMatchObject({ command: { hostId: hostId(left), epoch, commandId: commandId(77) } })
    }
  })

  it('does not move from a host it is not on, nor once it is undone or over', () => {
    const done = [provision, cancel(), lost(), confirm()]
    for (const inputs of [[provision, move()], [provision, cancel()], done]) {
      given(...logOf(...inputs))
        .when(move())
        .thenNothing()
    }
    given(...logOf(start('restart')))
      .when(move())
      .thenNothing()
  })

  it('goes on listening to the other host while the former one is asked once more', () => {
    given(...logOf(provision, move(), leftover(1, 1)))
      .when(bySecondHost(succeeded(commandId(200))))
      .thenTypes('OperationStepCompleted', 'OperationStepStarted', 'GuestCommandIssued')
  })

  it('awaits the first step again', () => {
    expect(awaitedStep(provision, succeeded(commandId(1)), succeededWithFacts(commandId(2)), move())).toBe('volume')
  })
})

describe('what is left on a host', () => {
  const deleted = logOf(start('delete'), lost(), confirm())

  it('is asked to be removed once more, for a week', () => {
    const [removal] = given(...deleted)
      .when(leftover(1, 7))
      .thenTypes('GuestCommandIssued')
    expect(removal?.data).toMatchObject({
      command: { operationId: operationId(), hostId: hostId(), epoch: 7, deadline: at(500 + 7 * 24 * 3600) },
    })
  })

  it('is left alone where the host was told something later, and where it was never left', () => {
    given(...deleted)
      .when(leftover(1, 8))
      .thenNothing()
    given(...deleted)
      .when(leftover(2, 1))
      .thenNothing()
    given(...logOf(start('delete')))
      .when(leftover(1, 1))
      .thenNothing()
    given().when(leftover(1, 1)).thenNothing()
  })
})
