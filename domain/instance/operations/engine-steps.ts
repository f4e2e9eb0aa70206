import { type EngineFacts, engineFactsSchema } from '../../guest/report.ts'
import { leastStepMs, type Process, type Step, type StepResults } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import type { InstanceLabel } from '../../values/instance-spec.ts'

const mayBeTold = engineFactsSchema.optional()

/**
 * A step that brings an engine up. Where it listens from then on is kept, whichever operation it belongs to, and the instance follows. An agent
 * that does not say leaves it as it was. `isNew`: nobody knows yet where it listens, so it has to be told.
 */
export const engineStep = ({ isNew = false, ...step }: Omit<Step, 'result'> & { readonly isNew?: boolean }): Step => ({
  ...step,
  result: isNew ? engineFactsSchema : mayBeTold,
})

/** Where the engine listens, as the last step told that brought it up; null where none did. */
export const engineFactsOf = (
  { steps, compensation }: Pick<Process, 'steps' | 'compensation'>,
  results: StepResults,
): EngineFacts | null =>
  [...steps, ...compensation]
    .filter(({ name, result }) => (result === engineFactsSchema || result === mayBeTold) && results[name] !== undefined)
    .map(({ name }) => engineFactsSchema.parse(results[name]))
    .at(-1) ?? null

/** What several processes do to bring an engine up again as it was. */
export const bringBackSteps: readonly Step[] = [
  engineStep({
    name: 'bring-back',
    timeoutMs: leastStepMs,
    outlastsOperation: true,
    payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation }),
  }),
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
