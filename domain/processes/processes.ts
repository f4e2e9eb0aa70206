import type { OperationKind, OperationSubject } from '../operation/events.ts'
import { deleteInstance } from './delete-instance.ts'
import { growVolume } from './grow-volume.ts'
import type { Process, Step } from './process.ts'
import { provisionInstance } from './provision-instance.ts'
import { restartInstance } from './restart-instance.ts'
import { startInstance } from './start-instance.ts'
import { stopInstance } from './stop-instance.ts'

const processes: Readonly<Record<OperationKind, Process>> = {
  provision: provisionInstance,
  restart: restartInstance,
  stop: stopInstance,
  start: startInstance,
  grow: growVolume,
  delete: deleteInstance,
}

export const processOf = (kind: OperationKind): Process => processes[kind]

/** The steps that this subject needs, in order. */
export const stepsFor = (kind: OperationKind, subject: OperationSubject): readonly Step[] =>
  processOf(kind).steps.filter((step) => step.payload(subject) !== null)

/** The names of all steps that may come to a guest command, those that undo included: `StartOperation` brings an id for each. */
export const stepNames = (kind: OperationKind, subject: OperationSubject): readonly string[] =>
  [...stepsFor(kind, subject), ...processOf(kind).compensation].map((step) => step.name)
