import { bringBackSteps, verifyStep } from './engine-steps.ts'
import { type Process, seconds } from './process.ts'

export const restartInstance: Process = {
  kind: 'restart',
  steps: [
    {
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation: generation + 1 }),
    },
    verifyStep,
  ],
  compensation: bringBackSteps,
  undoneTo: 'ACTIVE',
  notCancellable: null,
  remains: 'the engine may be down',
}
