import { verifyStep } from './engine-steps.ts'
import { leastStepMs, type Process, seconds } from './process.ts'

export const startInstance: Process = {
  kind: 'start',
  steps: [
    {
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
    },
    verifyStep,
  ],
  compensation: [
    {
      name: 'stop',
      timeoutMs: leastStepMs,
      outlastsOperation: true,
      payload: () => ({ kind: 'engine-stopped' }),
    },
  ],
  notCancellable: null,
  remains: 'the engine may be running',
}
