import { type Process, seconds } from './process.ts'

export const deleteInstance: Process = {
  kind: 'delete',
  steps: [
    {
      name: 'remove',
      timeoutMs: seconds(180),
      outlastsOperation: true,
      settledWithoutHost: true,
      payload: ({ sealingKey }) => ({ kind: 'instance-absent', sealingKey }),
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'its data may be gone already',
  remains: 'its process, files or volume may still be on the host',
}
