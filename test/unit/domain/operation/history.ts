import type { GuestResult } from '../../../../domain/guest/report.ts'
import type { CommandId } from '../../../../domain/ids.ts'
import { operationOf, stepsFor } from '../../../../domain/instance/operations.ts'
import {
  type OperationEvent,
  type OperationInput,
  type OperationKind,
  type OperationState,
  type OperationSubject,
  operation,
  operationEvents,
  stepNames,
} from '../../../../domain/operation/index.ts'
import { nothingDone } from '../../../../domain/operation/process.ts'
import { isAwaiting } from '../../../../domain/operation/state.ts'
import { eventsOf, specOf } from '../../../support/spec.ts'
import {
  at,
  backupId,
  commandId,
  databases,
  facts,
  fault,
  hostId,
  instanceId,
  nodeId,
  operationId,
  projectId,
  reportId,
  spec,
  users,
} from '../samples.ts'

export const { given } = specOf(operation, operationEvents)

export const subject: OperationSubject = {
  instanceId: instanceId(),
  projectId,
  nodeId: nodeId(),
  nodeGeneration: 1,
  hostId: hostId(),
  sealingKey: null,
  spec,
  generation: 4,
  epoch: 7,
  // Read by the kinds that have one.
  wish: {
    ...{ name: 'crm', characterSet: null, collation: null, users: ['app'] },
    asked: [{ name: 'ann', sealedPassword: '1.box', databases: ['app'], level: 'read', host: null }],
    ...{ names: ['app'], databases: ['app'], level: 'write', sealedPassword: '1.box', keepFormer: false },
    ...{ backupId: backupId(), sealedKey: '1.sealed' },
    database: 'app',
    ...{ configurationId: null, revision: 0, values: {}, former: {} },
  },
  databases: [],
  users: [],
}
export const subjectWithAccounts: OperationSubject = { ...subject, sealingKey: 1, databases, users }

/** The n-th of those that the subject needs, forwards first, gets `commandId(n)`; the others come after. */
export const commandIdsOf = (kind: OperationKind, of: OperationSubject): Readonly<Record<string, CommandId>> =>
  Object.fromEntries(namesOf(kind, of).map((name, index) => [name, commandId(index + 1)]))

const namesOf = (kind: OperationKind, of: OperationSubject): readonly string[] => {
  const needed = [...stepsFor(kind, of, nothingDone), ...operationOf(kind).compensation].map(({ name }) => name)
  return [...new Set([...needed, ...stepNames(kind)])]
}

type Start = Extract<OperationInput, { readonly type: 'StartOperation' }>

/** At second 0, to have ended by second `withinSeconds`. */
export const start = (
  kind: OperationKind,
  options: { subject?: OperationSubject; withinSeconds?: number } = {},
): Start => ({
  type: 'StartOperation',
  operationId: operationId(),
  kind,
  subject: options.subject ?? subject,
  deadline: at(options.withinSeconds ?? 1000),
  now: at(0),
  commandIds: commandIdsOf(kind, options.subject ?? subject),
})

/** What an agent tells of a backup; a step takes what its result has, whatever else is told. */
const contents = { location: 'backups/i/b', version: '17.10', parts: [] }

const accounts = { databases: { names: ['app'], more: 0 }, users: { names: ['app'], more: 0 } }

const answers = (id: CommandId) => ({
  reportId: reportId(),
  at: at(1),
  commandId: id,
  operationId: operationId(),
  instanceId: instanceId(),
  nodeId: nodeId(),
  hostId: hostId(),
})

const taken = (result: GuestResult, now: number): OperationInput => ({
  type: 'HandleGuestResult',
  result,
  now: at(now),
})

export const succeeded = (id: CommandId, now = 1): OperationInput => taken({ type: 'succeeded', ...answers(id) }, now)
export const succeededWithFacts = (id: CommandId, now = 1): OperationInput =>
  taken(
    { type: 'succeeded', ...answers(id), facts: { ...facts, ...contents, ...accounts, effective: {}, refusal: null } },
    now,
  )
export const failed = (id: CommandId, now = 1, why = fault): OperationInput =>
  taken({ type: 'failed', ...answers(id), fault: why }, now)
export const progressed = (id: CommandId, progress: number, message: string, now = 1): OperationInput =>
  taken({ type: 'progress', ...answers(id), progress, message }, now)
export const check = (now: number): OperationInput => ({ type: 'CheckDeadlines', now: at(now) })
export const cancel = (now = 1): OperationInput => ({ type: 'CancelOperation', now: at(now) })
export const confirm = (now = 1): OperationInput => ({ type: 'ConfirmOutcome', now: at(now) })

/** The log after these inputs, none of which may be refused. */
export const logOf = (...inputs: readonly OperationInput[]): readonly OperationEvent[] => {
  const log: OperationEvent[] = []
  let state: OperationState = operation.initial
  for (const input of inputs) {
    const events = eventsOf(operation.decide(input, state))
    log.push(...events)
    state = events.reduce(operation.evolve, state)
  }
  return log
}

/** The name of the step whose result is awaited after these inputs. */
export const awaitedStep = (...inputs: readonly OperationInput[]): string | null => {
  const state = logOf(...inputs).reduce(operation.evolve, operation.initial)
  return isAwaiting(state) ? state.step.name : null
}

/** All guest commands of a log, as step, epoch and what is asked. */
export const issued = (log: readonly OperationEvent[]) =>
  log.flatMap((event) =>
    event.type === 'GuestCommandIssued'
      ? [{ step: event.data.step, epoch: event.data.command.epoch, payload: event.data.command.payload }]
      : [],
  )

export const outcomeOf = (log: readonly OperationEvent[]) =>
  log.find((event) => event.type === 'OperationOutcomeReached')?.data
