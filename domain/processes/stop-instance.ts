import { bringBackSteps } from './engine-steps.ts'
import { type Process, seconds } from './process.ts'

export const stopInstance: Process = {
  kind: 'stop',
  steps: [{ name: 'stop', timeoutMs: seconds(120), payload: () => ({ kind: 'engine-stopped' }) }],
  compensation: bringBackSteps,
  undoneTo: 'ACTIVE',
  notCancellable: null,
  remains: 'the engine may be down',
}
