import { leastStepMs, seconds } from '../../operation/process.ts'
import { defineOperation, failsAsUndone } from './define-operation.ts'
import { engineStep, labelled, verifyStep } from './engine-steps.ts'

export const start = defineOperation({
  kind: 'start',
  lane: 'exclusive',
  does: 'Starts a stopped engine.',
  done: 'started',
  accepts: ['STOPPED', 'FAILED', 'MISSING'],
  meanwhile: 'STARTING',
  wish: {},
  requested: 'InstanceStartRequested',
  succeeded: 'InstanceStarted',
  applied: {},
  applies: () => ({}),
  becomes: 'ACTIVE',
  shows: 'SERVES',
  ...failsAsUndone,
  keepsData: true,
  steps: [
    {
      name: 'volume',
      timeoutMs: leastStepMs,
      payload: (subject) =>
        subject.missing
          ? { kind: 'volume-ready', sizeGiB: subject.spec.volumeGiB, existing: true, ...labelled(subject) }
          : null,
    },
    engineStep({
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation, port }) => ({ kind: 'engine-running', spec, generation, ...(port && { port }) }),
    }),
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
  undoneTo: 'STOPPED',
  notCancellable: null,
  remains: 'the engine may be running',
})
