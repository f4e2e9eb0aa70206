import { z } from 'zod'
import { beginOperation } from '../dispatch/change-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand, type OwnDispatchDependencies } from './definition.ts'
import { instanceIdField } from './input.ts'

const which = z.strictObject({ id: instanceIdField() })

/** What people do to an instance with nothing more to say than which one. */
export const restartInstance = defineCommand({
  name: 'RestartInstance',
  role: 'member',
  does: 'Restarts the engine. Answers at once; the operation continues in the background.',
  asks: 'Which instance.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies: OwnDispatchDependencies, job, { id }) =>
    beginOperation(dependencies, job, id, { kind: 'restart', wish: {} }),
})

export const stopInstance = defineCommand({
  name: 'StopInstance',
  role: 'member',
  does: 'Stops the engine and keeps the data. Answers at once; the operation continues in the background.',
  asks: 'Which instance.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies: OwnDispatchDependencies, job, { id }) =>
    beginOperation(dependencies, job, id, { kind: 'stop', wish: {} }),
})

export const startInstance = defineCommand({
  name: 'StartInstance',
  role: 'member',
  does: 'Starts a stopped engine. Answers at once; the operation continues in the background.',
  asks: 'Which instance.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies: OwnDispatchDependencies, job, { id }) =>
    beginOperation(dependencies, job, id, { kind: 'start', wish: {} }),
})

export const deleteInstance = defineCommand({
  name: 'DeleteInstance',
  role: 'member',
  does: 'Deletes the instance with everything in it, for good. Answers at once; the operation continues in the background.',
  asks: 'Which instance.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies: OwnDispatchDependencies, job, { id }) =>
    beginOperation(dependencies, job, id, { kind: 'delete', wish: {} }),
})
