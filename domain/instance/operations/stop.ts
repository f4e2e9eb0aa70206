import { seconds } from '../../operation/process.ts'
import { defineOperation, failsAsUndone } from './define-operation.ts'
import { bringBackSteps } from './engine-steps.ts'

export const stop = defineOperation({
  kind: 'stop',
  lane: 'exclusive',
  does: 'Stops the engine and keeps the data.',
  done: 'stopped',
  accepts: ['ACTIVE', 'FAILED'],
  meanwhile: 'STOPPING',
  wish: {},
  requested: 'InstanceStopRequested',
  succeeded: 'InstanceStopped',
  applied: {},
  applies: () => ({}),
  becomes: 'STOPPED',
  shows: 'STOPPED',
  ...failsAsUndone,
  keepsData: true,
  steps: [{ name: 'stop', timeoutMs: seconds(120), payload: () => ({ kind: 'engine-stopped' }) }],
  compensation: bringBackSteps,
  undoneTo: 'ACTIVE',
  notCancellable: null,
  remains: 'the engine may be down',
})
