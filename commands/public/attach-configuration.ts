import { z } from 'zod'
import { memoryFault, valueFaults } from '../../domain/configuration/check-values.ts'
import { configuration, configurationStream } from '../../domain/configuration/index.ts'
import { configurationIdSchema, type InstanceId } from '../../domain/ids.ts'
import { type InstanceState, instance, instanceStream } from '../../domain/instance/index.ts'
import type { WishOf } from '../../domain/instance/operations.ts'
import { notRead } from '../../domain/parameters/not-read.ts'
import { allFaults } from '../../domain/rejection.ts'
import type { Parameter } from '../../domain/values/parameter.ts'
import { reaches } from '../dispatch/authorise.ts'
import { beginOperation, noSuchInstance } from '../dispatch/change-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { noSuchConfiguration, readCatalogue } from './configurations.ts'
import { defineCommand, type Job, type OwnDispatchDependencies, refused } from './definition.ts'
import { flagField, instanceIdField, uuidField } from './input.ts'

const restart = flagField(
  'Whether the engine is restarted at once if a value takes it. Else it has that value with its next start.',
).default(false)

type Present = Exclude<InstanceState, { readonly status: 'ABSENT' }>
type Wish = Omit<WishOf<'configure'>, 'former'>

export const attachConfiguration = defineCommand({
  name: 'AttachConfiguration',
  role: 'member',
  does: 'Gives an instance the values of a configuration group, which it follows from then on instead of any other. Answers at once; the operation continues in the background. What a running engine takes it has without a restart.',
  asks: 'Which instance, and which group.',
  input: z.strictObject({
    id: instanceIdField(),
    configurationId: uuidField(configurationIdSchema, 'configuration group id', 'The id of the configuration group.'),
    restart,
  }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: async (dependencies: OwnDispatchDependencies, job, { id, configurationId, ...asked }) => {
    const { handler } = dependencies
    const found = await findInstance(dependencies, job, id)
    if (found === null) return refused(noSuchInstance(id))
    const { state: group } = await handler.load(configuration, configurationStream(configurationId))
    if (group.status !== 'ACTIVE' || group.projectId !== found.projectId) {
      return refused(noSuchConfiguration(configurationId, 'configurationId'))
    }
    const { datastore, version, memoryMiB } = found.spec
    if (group.datastore !== datastore) {
      const message = `configuration group ${group.name} is for ${group.datastore}, and the instance is a ${datastore}`
      return refused({ code: 'INVALID_INPUT', message, field: 'configurationId' })
    }
    const parameters = await readCatalogue(dependencies, datastore, version)
    if (parameters === null) return refused(notRead(datastore, version))
    const catalogue = { datastore, version, parameters }
    const { values, revision } = group
    const refusal = allFaults([...valueFaults(catalogue, values), memoryFault(catalogue, values, memoryMiB)])
    if (refusal) return refused(refusal)
    return configureAs(dependencies, job, found, parameters, { configurationId, revision, values }, asked.restart)
  },
})

export const detachConfiguration = defineCommand({
  name: 'DetachConfiguration',
  role: 'member',
  does: "Gives an instance Coffer's own values again, and the engine's where Coffer has none: it follows no configuration group any more. Answers at once; the operation continues in the background.",
  asks: 'Which instance.',
  input: z.strictObject({ id: instanceIdField(), restart }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: async (dependencies, job, { id, ...asked }) => {
    const found = await findInstance(dependencies, job, id)
    if (found === null) return refused(noSuchInstance(id))
    const { datastore, version } = found.spec
    const parameters = (await readCatalogue(dependencies, datastore, version)) ?? []
    const none = { configurationId: null, revision: 0, values: {} }
    return configureAs(dependencies, job, found, parameters, none, asked.restart)
  },
})

/** Another project's is answered like one that never was. */
const findInstance = async (
  { handler }: OwnDispatchDependencies,
  job: Job,
  instanceId: InstanceId,
): Promise<Present | null> => {
  const { state } = await handler.load(instance, instanceStream(instanceId))
  return state.status === 'ABSENT' || !reaches(job.reach, state.projectId) ? null : state
}

/** In the exclusive lane only if the engine must be restarted for it, and is to be: all else disturbs nobody. */
const configureAs = (
  dependencies: OwnDispatchDependencies,
  job: Job,
  { instanceId, configuration: { effective } }: Present,
  parameters: readonly Parameter[],
  wish: Wish,
  mayRestart: boolean,
) => {
  const needsRestart = parameters.some((known) => known.restart && wish.values[known.name] !== effective[known.name])
  const kind = mayRestart && needsRestart ? ('configure-restart' as const) : ('configure' as const)
  return beginOperation(dependencies, job, instanceId, { kind, wish: { ...wish, former: {} } })
}
