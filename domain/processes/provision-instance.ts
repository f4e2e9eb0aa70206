import { type Process, seconds } from './process.ts'

export const provisionInstance: Process = {
  kind: 'provision',
  steps: [
    {
      name: 'volume',
      timeoutMs: seconds(60),
      payload: ({ spec }) => ({ kind: 'volume-ready', sizeGiB: spec.volumeGiB }),
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
      timeoutMs: seconds(60),
      payload: ({ databases, users }) =>
        databases.length + users.length === 0 ? null : { kind: 'accounts-ready', databases, users },
    },
    {
      name: 'verify',
      timeoutMs: seconds(30),
      payload: ({ users }) => ({ kind: 'endpoint-verified', users }),
    },
  ],
  compensation: [
    {
      name: 'remove',
      timeoutMs: seconds(60),
      outlastsOperation: true,
      payload: () => ({ kind: 'instance-absent' }),
    },
  ],
  notCancellable: null,
  timeoutMs: seconds(420),
  remains: 'its process, files or volume may still be on the host',
}
