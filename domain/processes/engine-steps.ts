import { type Step, seconds } from './process.ts'

/** What several processes do to bring an engine up again as it was. */
export const bringBackSteps: readonly Step[] = [
  {
    name: 'bring-back',
    timeoutMs: seconds(60),
    outlastsOperation: true,
    payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
  },
  {
    name: 'verify-back',
    timeoutMs: seconds(30),
    payload: () => ({ kind: 'endpoint-verified', users: [] }),
  },
]

/** As the monitor account: the passwords given at provisioning may have changed since. */
export const verifyStep: Step = {
  name: 'verify',
  timeoutMs: seconds(30),
  payload: () => ({ kind: 'endpoint-verified', users: [] }),
}
