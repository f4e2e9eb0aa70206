import { verifyStep } from './engine-steps.ts'
import { type Process, seconds } from './process.ts'

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
      timeoutMs: seconds(60),
      outlastsOperation: true,
      payload: () => ({ kind: 'engine-stopped' }),
    },
  ],
  notCancellable: null,
  timeoutMs: seconds(240),
  remains: 'the engine may be running',
}
