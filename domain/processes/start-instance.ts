import { labelled, verifyStep } from './engine-steps.ts'
import { leastStepMs, type Process, seconds } from './process.ts'

export const startInstance: Process = {
  kind: 'start',
  steps: [
    {
      name: 'volume',
      timeoutMs: leastStepMs,
      payload: (subject) =>
        subject.missing
          ? { kind: 'volume-ready', sizeGiB: subject.spec.volumeGiB, existing: true, ...labelled(subject) }
          : null,
    },
    {
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation, port }) => ({ kind: 'engine-running', spec, generation, ...(port && { port }) }),
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
  undoneTo: 'STOPPED',
  notCancellable: null,
  remains: 'the engine may be running',
}
