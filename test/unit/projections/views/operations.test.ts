import { describe, expect, it } from 'vitest'
import type { OperationStep } from '../../../../projections/views/operation-steps.ts'
import type { OperationDocument } from '../../../../projections/views/operations.ts'
import { operationsView } from '../../../../projections/views/operations.ts'
import { createEventLog, type EventLog } from '../../../support/event-log.ts'
import { exampleActor, exampleWorld } from '../../../support/example-events.ts'
import { expectDocuments, keysIn, project } from '../../../support/projection-spec.ts'

const world = exampleWorld()
const at = (second: number) => `2030-01-01T00:00:${String(second).padStart(2, '0')}.000Z`
const deadline = '2030-01-01T00:10:00.000Z'
const fault = { code: 'ENGINE_START_FAILED', message: 'the engine did not start', retryable: true, cause: 'last lines' }

const pending: OperationDocument = {
  id: world.operationId,
  kind: 'provision',
  projectId: world.projectId,
  instanceId: world.instanceId,
  status: 'PENDING',
  steps: [],
  fault: null,
  cancellationRequested: false,
  deadline,
  requestedBy: exampleActor(world),
  createdAt: at(0),
  endedAt: null,
}

const step = (name: string, changes: Partial<OperationStep> = {}): OperationStep => ({
  name,
  status: 'PENDING',
  compensating: false,
  startedAt: null,
  endedAt: null,
  progress: 0,
  message: null,
  fault: null,
  ...changes,
})

const expectAfter = (tell: (log: EventLog) => void, changes: Partial<OperationDocument>): Promise<void> => {
  const log = createEventLog()
  tell(log)
  return expectDocuments(operationsView, log.events(), { [world.operationId]: { ...pending, ...changes } })
}

const begin = (log: EventLog): void => {
  log.add('InstanceRequested', world)
  log.add('OperationStarted', world)
  log.add('OperationStepStarted', world)
}

describe('the view of operations', () => {
  it.each([
    ['InstanceRequested', 'provision'],
    ['InstanceRestartRequested', 'restart'],
    ['InstanceStopRequested', 'stop'],
    ['InstanceStartRequested', 'start'],
    ['InstanceDeletionRequested', 'delete'],
  ] as const)('has an operation as PENDING from %s on', (type, kind) =>
    expectAfter((log) => log.add(type, world), { kind }),
  )

  it('knows the instance by the stream where the event does not say it', () =>
    expectAfter((log) => log.add('InstanceRestartRequested', world, {}, { instanceId: null }), { kind: 'restart' }))

  it('has an operation that nobody was seen to ask for from its start on', () =>
    expectAfter((log) => log.add('OperationStarted', world), {
      status: 'RUNNING',
      steps: [step('volume'), step('engine')],
    }))

  it('shows the steps to come when it starts, then what runs and how far it is', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('GuestCommandIssued', world)
        log.add('OperationStepProgressed', world)
      },
      {
        status: 'RUNNING',
        steps: [
          step('volume', { status: 'RUNNING', startedAt: at(2), progress: 0.5, message: 'half of it' }),
          step('engine'),
        ],
      },
    ))

  it('shows a step that was completed, and the operation as done', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('OperationStepCompleted', world)
        log.add('OperationStepStarted', world, { step: 'engine' })
        log.add('OperationStepCompleted', world, { step: 'engine' })
        log.add('OperationOutcomeReached', world)
        log.add('OperationSucceeded', world)
      },
      {
        status: 'SUCCEEDED',
        steps: [
          step('volume', { status: 'SUCCEEDED', startedAt: at(2), endedAt: at(3), progress: 1 }),
          step('engine', { status: 'SUCCEEDED', startedAt: at(4), endedAt: at(5), progress: 1 }),
        ],
        endedAt: at(7),
      },
    ))

  it('shows the step that failed, those left out, and those that undo what was done', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('OperationStepFailed', world)
        log.add('OperationStepStarted', world, { step: 'remove', compensating: true })
        log.add('OperationStepCompleted', world, { step: 'remove' })
        log.add('OperationOutcomeReached', world, { outcome: 'FAILED', fault })
        log.add('OperationFailed', world)
      },
      {
        status: 'FAILED',
        fault,
        steps: [
          step('volume', { status: 'FAILED', startedAt: at(2), endedAt: at(3), fault }),
          step('engine', { status: 'SKIPPED' }),
          step('remove', {
            status: 'SUCCEEDED',
            compensating: true,
            startedAt: at(4),
            endedAt: at(5),
            progress: 1,
          }),
        ],
        endedAt: at(7),
      },
    ))

  it('is COMPENSATING while it undoes, and the way forward is over', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('OperationCancellationRequested', world)
        log.add('OperationStepStarted', world, { step: 'volume', compensating: true })
        // Late news of the step that was given up, which shares its name.
        log.add('OperationStepProgressed', world)
      },
      {
        status: 'COMPENSATING',
        cancellationRequested: true,
        steps: [
          step('volume', { status: 'FAILED', startedAt: at(2), endedAt: at(4) }),
          step('engine', { status: 'SKIPPED' }),
          step('volume', {
            status: 'RUNNING',
            compensating: true,
            startedAt: at(4),
            progress: 0.5,
            message: 'half of it',
          }),
        ],
      },
    ))

  it('leaves no step running in an operation that was cancelled', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('OperationCancelled', world)
      },
      {
        status: 'CANCELLED',
        fault,
        steps: [
          step('volume', { status: 'FAILED', startedAt: at(2), endedAt: at(3), fault }),
          step('engine', { status: 'SKIPPED' }),
        ],
        endedAt: at(3),
      },
    ))

  it('changes nothing of an operation that has ended', () =>
    expectAfter(
      (log) => {
        log.add('InstanceRequested', world)
        log.add('OperationStarted', world, { steps: [] })
        log.add('OperationSucceeded', world)
        log.add('OperationStepStarted', world)
        log.add('OperationFailed', world)
        log.add('OperationStarted', world)
      },
      { status: 'SUCCEEDED', endedAt: at(2) },
    ))

  it('lists by project, instance and all together, those that have not ended also apart', async () => {
    const log = createEventLog()
    const other = { ...exampleWorld(2), instanceId: world.instanceId }
    for (const one of [world, other]) log.add('InstanceRestartRequested', one)
    log.add('OperationStarted', world)
    log.add('OperationSucceeded', world)
    const dumped = await project(operationsView, log.events(), { deliveries: 1 })
    const both = [world.operationId, other.operationId]
    expect(keysIn(dumped, 'project', 'acme')).toEqual(both)
    expect(keysIn(dumped, 'instance', world.instanceId)).toEqual(both)
    expect(keysIn(dumped, 'all', 'all')).toEqual(both)
    expect(keysIn(dumped, 'project-open', 'acme')).toEqual([other.operationId])
    expect(keysIn(dumped, 'all-open', 'all')).toEqual([other.operationId])
  })

  it('shows that the host of a step is lost, and begins again with another host', async () => {
    const remark = 'its host is lost: waiting for another'
    const lost = (log: EventLog): void => {
      begin(log)
      log.add('OperationHostLost', world)
    }
    await expectAfter(lost, {
      status: 'RUNNING',
      steps: [step('volume', { status: 'RUNNING', startedAt: at(2), message: remark }), step('engine')],
    })
    await expectAfter(
      (log) => {
        lost(log)
        log.add('OperationMoved', world)
      },
      { status: 'RUNNING', steps: [step('volume'), step('engine')] },
    )
  })

  it('says of a step whose host is lost that it is carried out later', () =>
    expectAfter(
      (log) => {
        begin(log)
        log.add('OperationStepCompleted', world, { deferred: true })
      },
      {
        status: 'RUNNING',
        steps: [
          step('volume', {
            status: 'SUCCEEDED',
            startedAt: at(2),
            endedAt: at(3),
            progress: 1,
            message: 'carried out when its host is back',
          }),
          step('engine'),
        ],
      },
    ))
})
