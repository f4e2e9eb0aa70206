import { leastStepMs, type Step } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import type { InstanceLabel } from '../../values/instance-spec.ts'

/** What several processes do to bring an engine up again as it was. */
export const bringBackSteps: readonly Step[] = [
  {
    name: 'bring-back',
    timeoutMs: leastStepMs,
    outlastsOperation: true,
    payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
  },
  {
    name: 'verify-back',
    timeoutMs: leastStepMs,
    payload: () => ({ kind: 'endpoint-verified', users: [] }),
  },
]

/** As the monitor account: the passwords given at provisioning may have changed since. */
export const verifyStep: Step = {
  name: 'verify',
  timeoutMs: leastStepMs,
  payload: () => ({ kind: 'endpoint-verified', users: [] }),
}

/** What the host keeps to tell whose the instance is. */
export const labelled = ({ projectId, name, spec }: OperationSubject): { readonly label?: InstanceLabel } =>
  name === undefined ? {} : { label: { projectId, name, spec } }
