import { labelled } from './engine-steps.ts'
import { leastStepMs, type Process, seconds } from './process.ts'

export const provisionInstance: Process = {
  kind: 'provision',
  movable: true,
  steps: [
    {
      name: 'volume',
      timeoutMs: leastStepMs,
      payload: (subject) => ({ kind: 'volume-ready', sizeGiB: subject.spec.volumeGiB, ...labelled(subject) }),
    },
    {
      name: 'engine',
      // The first instance of a version waits for its template to be made.
      timeoutMs: seconds(180),
      tellsEndpoint: true,
      payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
    },
    {
      name: 'accounts',
      timeoutMs: leastStepMs,
      payload: ({ databases, users }) =>
        databases.length + users.length === 0 ? null : { kind: 'accounts-ready', databases, users },
    },
    {
      name: 'verify',
      timeoutMs: leastStepMs,
      payload: ({ users }) => ({ kind: 'endpoint-verified', users }),
    },
  ],
  compensation: [
    {
      name: 'remove',
      timeoutMs: leastStepMs,
      outlastsOperation: true,
      settledWithoutHost: true,
      payload: ({ sealingKey }) => ({ kind: 'instance-absent', sealingKey, undo: true }),
    },
  ],
  undoneTo: null,
  notCancellable: null,
  remains: 'its process, files or volume may still be on the host',
}
