import { seconds } from '../../operation/process.ts'
import type { Rejection } from '../../rejection.ts'
import { defineOperation, failsAsUndone } from './define-operation.ts'

/** Whoever means to delete it takes the protection off first: nobody does that by mistake. */
export const deletionProtected: Rejection = {
  code: 'DELETION_PROTECTED',
  message:
    'the instance is protected against deletion: take the protection off first (updateInstance, or "coffer instance update --no-protect")',
}

export const deleteOperation = defineOperation({
  kind: 'delete',
  lane: 'exclusive',
  does: 'Deletes the instance and its data.',
  done: 'deleted',
  accepts: ['ACTIVE', 'STOPPED', 'FAILED', 'MISSING'],
  acceptsLost: true,
  meanwhile: 'DELETING',
  wish: {},
  refuses: ({ details }) => (details.deletionProtected ? deletionProtected : null),
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
