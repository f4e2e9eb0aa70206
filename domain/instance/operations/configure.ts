import { z } from 'zod'
import { configurationFactsSchema } from '../../guest/report.ts'
import { type ConfigurationId, configurationIdSchema } from '../../ids.ts'
import { leastStepMs, resultReader, type Step, type StepResults, seconds } from '../../operation/process.ts'
import type { OperationSubject } from '../../operation/subject.ts'
import { type ParameterValues, parameterValuesSchema } from '../../values/parameter.ts'
import type { Known } from '../known.ts'
import { type DataOf, defineOperation, defineSharedOperation, failsAsUndone, wishReader } from './define-operation.ts'
import { bringBackSteps, engineStep, verifyStep } from './engine-steps.ts'

/**
 * `configurationId`: the group whose values these are, at `revision`; null where the instance is to follow none. `former`: what it had before, which
 * undoing brings back.
 */
const wish = {
  configurationId: configurationIdSchema.nullable(),
  revision: z.int().nonnegative(),
  values: parameterValuesSchema,
  former: parameterValuesSchema,
}
const wishOf = wishReader(wish)
const configured = resultReader('configure', configurationFactsSchema)
const settled = resultReader('settle', configurationFactsSchema)
const applied = {
  configurationId: configurationIdSchema.nullable(),
  formerId: configurationIdSchema.nullable(),
  revision: z.int().nonnegative(),
  values: parameterValuesSchema,
  effective: parameterValuesSchema,
}

type Wish = DataOf<typeof wish>
type Applied = DataOf<typeof applied>

/** The group whose values an operation gives to its instance; null for none, and for another kind. */
export const configurationOf = (kind: string, subject: OperationSubject): ConfigurationId | null =>
  kind === 'configure' || kind === 'configure-restart' ? wishOf(subject).configurationId : null

/** What both kinds have in common: they differ in whether the engine is restarted for it. */
const common = {
  wish,
  completes: ({ configuration }: Known, asked: Wish): Wish => ({ ...asked, former: configuration.values }),
  applied,
  applies: ({ configuration }: Known, asked: Wish, results: StepResults): Applied | null => {
    const told = settled(results) ?? configured(results)
    if (!told) return null
    const { configurationId, revision, values } = asked
    return { configurationId, formerId: configuration.id, revision, values, effective: told.effective }
  },
  changes: ({ configurationId: id, revision, values, effective }: Applied) => ({
    configuration: { id, revision, values, effective, refusal: null },
  }),
} as const

const set = (parameters: ParameterValues) => ({ kind: 'parameters-set', parameters }) as const

/** Tried first, where it harms nobody: a value may fit the catalogue and keep the engine from starting. */
const tryStep: Step = {
  name: 'try',
  timeoutMs: leastStepMs,
  payload: (subject) => ({ kind: 'parameters-tried', spec: subject.spec, parameters: wishOf(subject).values }),
}

const configureStep: Step = {
  name: 'configure',
  timeoutMs: leastStepMs,
  result: configurationFactsSchema,
  payload: (subject) => set(wishOf(subject).values),
}

const resetStep: Step = {
  name: 'reset',
  timeoutMs: leastStepMs,
  outlastsOperation: true,
  payload: (subject, { begun }) => (begun.includes(configureStep.name) ? set(wishOf(subject).former) : null),
}

/**
 * In the shared lane, as it disturbs nobody: what a running engine takes it has at once, and all else it has from its next start on. Whoever wants that now
 * asks for the other kind.
 */
export const configure = defineSharedOperation({
  kind: 'configure',
  lane: 'shared',
  does: 'Sets parameters of the engine, at once or with its next start.',
  done: 'configured',
  accepts: ['ACTIVE', 'STOPPED'],
  about: () => ['configuration'],
  requested: 'InstanceConfigurationRequested',
  succeeded: 'InstanceConfigured',
  ...common,
  steps: [tryStep, configureStep],
  compensation: [resetStep],
  undoneTo: null,
  notCancellable: null,
  remains: 'some of the values may be set',
})

/** In the exclusive lane: the engine is restarted. One that does not start with the values is started with those of before. */
export const configureRestart = defineOperation({
  kind: 'configure-restart',
  lane: 'exclusive',
  does: 'Sets parameters of the engine and restarts it, so that it has all of them.',
  done: 'configured',
  accepts: ['ACTIVE'],
  meanwhile: 'CONFIGURING',
  renews: true,
  requested: 'InstanceConfigurationRestartRequested',
  succeeded: 'InstanceReconfigured',
  becomes: 'ACTIVE',
  shows: 'SERVES',
  ...common,
  ...failsAsUndone,
  keepsData: true,
  steps: [
    tryStep,
    configureStep,
    engineStep({
      name: 'engine',
      timeoutMs: seconds(120),
      payload: ({ spec, generation }) => ({ kind: 'engine-running', spec, generation: generation + 1 }),
    }),
    {
      name: 'settle',
      timeoutMs: leastStepMs,
      result: configurationFactsSchema,
      payload: (subject) => ({ ...set(wishOf(subject).values), settled: true }),
    },
    verifyStep,
  ],
  compensation: [resetStep, ...bringBackSteps],
  undoneTo: 'ACTIVE',
  notCancellable: null,
  remains: 'the engine may be down',
})
