import { seconds } from '../../operation/process.ts'
import { defineOperation, failsAsUndone } from './define-operation.ts'
import { bringBackSteps, engineStep, verifyStep } from './engine-steps.ts'

export const restart = defineOperation({
  kind: 'restart',
  lane: 'exclusive',
  does: 'Restarts the engine.',
  done: 'restarted',
  accepts: ['ACTIVE', 'FAILED'],
  meanwhile: 'RESTARTING',
  wish: {},
  renews: true,
  requested: 'InstanceRestartRequested',
  succeeded: 'InstanceRestarted',
  applied: {},
  applies: () => ({}),
  becomes: 'ACTIVE',
  shows: 'SERVES',
  ...failsAsUndone,
  keepsData: true,
  steps: [
    engineStep({
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation: generation + 1 }),
    }),
    verifyStep,
  ],
  compensation: bringBackSteps,
  undoneTo: 'ACTIVE',
  notCancellable: null,
  remains: 'the engine may be down',
})
