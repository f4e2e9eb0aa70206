import { seconds } from '../../operation/process.ts'
import { defineOperation, failsAsUndone } from './define-operation.ts'

export const deleteOperation = defineOperation({
  kind: 'delete',
  lane: 'exclusive',
  does: 'Deletes the instance and its data.',
  done: 'deleted',
  accepts: ['ACTIVE', 'STOPPED', 'FAILED', 'MISSING'],
  acceptsLost: true,
  meanwhile: 'DELETING',
  wish: {},
  requested: 'InstanceDeletionRequested',
  succeeded: 'InstanceDeleted',
  applied: {},
  applies: () => ({}),
  becomes: 'DELETED',
  shows: null,
  ...failsAsUndone,
  // One that failed may have taken some of the data already.
  keepsData: false,
  steps: [
    {
      name: 'remove',
      timeoutMs: seconds(180),
      outlastsOperation: true,
      settledWithoutHost: true,
      payload: ({ sealingKey }) => ({ kind: 'node-absent', sealingKey }),
    },
  ],
  compensation: [],
  undoneTo: null,
  notCancellable: 'its data may be gone already',
  remains: 'its process, files or volume may still be on the host',
})
