import { z } from 'zod'
import { mostParallel, parallelismRefusal } from '../../domain/configuration/decide.ts'
import { type ConfigurationCommand, configuration, configurationStream } from '../../domain/configuration/index.ts'
import { datastore as datastoreAggregate, datastoreStream, resolveVersion } from '../../domain/datastore/index.ts'
import { datastoreChoice, datastoreTypes } from '../../domain/engines/registry.ts'
import { type ConfigurationId, configurationIdSchema, parseConfigurationId } from '../../domain/ids.ts'
import { parameters, parametersIdOf, parametersStream } from '../../domain/parameters/index.ts'
import { notRead } from '../../domain/parameters/not-read.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type DatastoreType, datastoreTypeSchema } from '../../domain/values/instance-spec.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import { configurationNameRefusal } from '../../domain/values/names.ts'
import type { Parameter, ParameterValues } from '../../domain/values/parameter.ts'
import { isPrintable, quote } from '../../domain/values/text.ts'
import { isoNow } from '../../kernel/clock.ts'
import { ownerOf, reaches } from '../dispatch/authorise.ts'
import type { Handler } from '../handle.ts'
import { shownId } from './answers.ts'
import { type AnswerOf, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { handleAs, handleOwned } from './handle-as.ts'
import { flagField, projectIdField, textField, tryWith, uuidField, wholeNumberField, wordField } from './input.ts'

const longestDescription = 500

const valuesField = (description: string) =>
  z
    .array(
      z
        .strictObject({
          name: textField('As `Parameter.name` has it; upper case is taken for lower case.'),
          value: textField('As the engine takes it in its file of configuration, without quotes, such as `64MB`.'),
        })
        .meta({ inputType: 'ParameterValueInput', description: 'A value for a parameter.' }),
    )
    .readonly()
    .meta({ description })

type Given = readonly { readonly name: string; readonly value: string }[]

const valuesOf = (given: Given): ParameterValues =>
  Object.fromEntries(given.map(({ name, value }) => [name.toLowerCase(), value]))

const givenTwice = (given: Given, field: string): readonly (Rejection | null)[] =>
  given.map(({ name }, index) =>
    given.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) === index
      ? null
      : invalidInput(`${quote(name)} is given twice`, `${field}[${index}].name`),
  )

const paceFields = {
  restart: flagField(
    'Whether instances are restarted for values that take it. Else they have those with their next start.',
  ).default(false),
  parallelism: wholeNumberField(
    `How many instances follow at a time, 1 to ${mostParallel}. The first that fails stops the rollout.`,
  ).default(1),
}

/** For people; several groups may have one name. */
const detailsFields = () => ({
  name: textField('Another name: 1 to 63 letters, digits, spaces, dashes, underscores or dots.').optional(),
  description: textField(
    `What it is for, at most ${longestDescription} characters; an empty text takes it away.`,
  ).optional(),
})

type Details = { readonly name?: string | undefined; readonly description?: string | undefined }

const detailsFaults = ({ name, description = '' }: Details): readonly (Rejection | null)[] => [
  name === undefined ? null : configurationNameRefusal(name),
  description.length <= longestDescription && isPrintable(description)
    ? null
    : invalidInput(`a description is at most ${longestDescription} printable characters`, 'description'),
]

const detailsOf = ({ name, description }: Details) => ({
  ...(name !== undefined && { name }),
  ...(description !== undefined && { description }),
})

const configurationAnswer = {
  name: 'Configuration',
  says: 'The configuration group is as wished.',
  fields: z.object({ configurationId: shownId(configurationIdSchema, 'The configuration group.') }),
}
const which = { id: uuidField(configurationIdSchema, 'configuration group id', 'The id of the configuration group.') }

/** Null until a host has started that version. */
export const readCatalogue = async (
  { handler }: { readonly handler: Handler },
  datastore: DatastoreType,
  version: string,
): Promise<readonly Parameter[] | null> => {
  const { state } = await handler.load(parameters, parametersStream(parametersIdOf(datastore, version)))
  return state.status === 'READ' ? state.parameters : null
}

export const createConfiguration = defineCommand({
  name: 'CreateConfiguration',
  role: 'member',
  does: 'Makes a configuration group: values for parameters of an engine, which any number of instances can follow.',
  asks: 'Its name, what it is for, and its values.',
  input: z.strictObject({
    name: textField('1 to 63 letters, digits, spaces, dashes, underscores or dots.'),
    description: textField(`For people, at most ${longestDescription} characters.`).default(''),
    datastore: wordField(tryWith(datastoreTypeSchema), {
      message: (text) => `${quote(text)} is not a datastore: ${datastoreTypes.join(', ')} are`,
      code: 'UNKNOWN_DATASTORE',
      description: `${datastoreChoice}.`,
    }),
    version: textField(
      'By whose parameters the values are checked: an exact version, or a prefix of one. The default if left out. Instances of other versions can follow as well: they are checked by theirs.',
    ).optional(),
    values: valuesField('The values, each parameter once.'),
    projectId: projectIdField("Admins only: for which project; one's own if left out.").optional(),
  }),
  faults: ({ values, ...details }) => [...detailsFaults(details), ...givenTwice(values, 'values')],
  answer: configurationAnswer,
  carryOut: async (dependencies, job, { datastore, version: wished, values, projectId: asked, ...named }) => {
    const { handler } = dependencies
    const projectId = ownerOf(job, asked)
    const offered = await handler.load(datastoreAggregate, datastoreStream(datastore))
    const resolved = resolveVersion(offered.state, wished)
    if (!resolved.ok) return refused(resolved.rejection)
    const { version } = resolved
    const catalogue = await readCatalogue(dependencies, datastore, version)
    if (catalogue === null) return refused(notRead(datastore, version))
    const configurationId = job.ids.made('configuration', parseConfigurationId)
    const command = {
      type: 'CreateConfiguration' as const,
      ...named,
      ...{ configurationId, projectId, datastore, version },
      values: valuesOf(values),
      parameters: catalogue,
    }
    const ofProject = { ...job, context: { ...job.context, projectId } }
    const stream = configurationStream(configurationId)
    return handleAs(dependencies, ofProject, configuration, stream, command, { configurationId })
  },
})

export const changeConfiguration = defineCommand({
  name: 'ChangeConfiguration',
  role: 'member',
  does: 'Sets and unsets values of a configuration group, or changes its name or its description. What is not named stays. Its instances follow other values, a few at a time.',
  asks: 'Which values, which name and description, and how its instances follow.',
  input: z.strictObject({
    ...which,
    ...detailsFields(),
    set: valuesField('Values to set.').default([]),
    unset: z
      .array(z.string())
      .readonly()
      .meta({ description: "Parameters that get Coffer's own value, or the engine's, again." })
      .default([]),
    ...paceFields,
  }),
  faults: ({ set, parallelism, ...details }) => [
    ...detailsFaults(details),
    ...givenTwice(set, 'set'),
    parallelismRefusal(parallelism),
  ],
  answer: configurationAnswer,
  carryOut: (dependencies, job, { id, set, unset, name, description, ...pace }) =>
    change(dependencies, job, id, {
      set: valuesOf(set),
      unset: unset.map((parameter) => parameter.toLowerCase()),
      keep: true,
      ...detailsOf({ name, description }),
      ...pace,
    }),
})

export const replaceConfiguration = defineCommand({
  name: 'ReplaceConfiguration',
  role: 'member',
  does: 'Gives a configuration group these values, and none besides. Its instances follow, a few at a time. A name or a description that is not named stays.',
  asks: 'Which values, which name and description, and how its instances follow.',
  input: z.strictObject({ ...which, ...detailsFields(), values: valuesField('All its values.'), ...paceFields }),
  faults: ({ values, parallelism, ...details }) => [
    ...detailsFaults(details),
    ...givenTwice(values, 'values'),
    parallelismRefusal(parallelism),
  ],
  answer: configurationAnswer,
  carryOut: (dependencies, job, { id, values, name, description, ...pace }) =>
    change(dependencies, job, id, {
      set: valuesOf(values),
      unset: [],
      keep: false,
      ...detailsOf({ name, description }),
      ...pace,
    }),
})

export const rollOutConfiguration = defineCommand({
  name: 'RollOutConfiguration',
  role: 'member',
  does: 'Has the instances of a configuration group follow that have values of an earlier revision, as after a rollout that failed.',
  asks: 'Which group, and how its instances follow.',
  input: z.strictObject({ ...which, ...paceFields }),
  faults: ({ parallelism }) => [parallelismRefusal(parallelism)],
  answer: configurationAnswer,
  carryOut: (dependencies, job, { id, ...pace }) =>
    tell(dependencies, job, id, { type: 'BeginRollout', ...pace, now: isoNow(dependencies.clock) }),
})

export const cancelRollout = defineCommand({
  name: 'CancelRollout',
  role: 'member',
  does: 'Stops the rollout of a configuration group: instances that have been asked finish, no other is asked.',
  asks: 'Of which group.',
  input: z.strictObject(which),
  answer: configurationAnswer,
  carryOut: (dependencies, job, { id }) => tell(dependencies, job, id, { type: 'CancelRollout' }),
})

export const deleteConfiguration = defineCommand({
  name: 'DeleteConfiguration',
  role: 'member',
  does: 'Deletes a configuration group that no instance follows.',
  asks: 'Which one.',
  input: z.strictObject(which),
  answer: configurationAnswer,
  carryOut: (dependencies, job, { id }) => tell(dependencies, job, id, { type: 'DeleteConfiguration' }),
})

type Change = Omit<
  Extract<ConfigurationCommand, { readonly type: 'ChangeConfiguration' }>,
  'type' | 'parameters' | 'now'
>
type Answer = AnswerOf<{ readonly configurationId: ConfigurationId }>

const change = async (
  dependencies: DispatchDependencies,
  job: Job,
  id: ConfigurationId,
  wish: Change,
): Promise<Answer> => {
  const { state } = await dependencies.handler.load(configuration, configurationStream(id))
  if (state.status !== 'ACTIVE' || !reaches(job.reach, state.projectId)) return refused(noSuchConfiguration(id))
  const catalogue = hasValues(wish) ? await readCatalogue(dependencies, state.datastore, state.version) : []
  if (catalogue === null) return refused(notRead(state.datastore, state.version))
  const now = isoNow(dependencies.clock)
  return tell(dependencies, job, id, { type: 'ChangeConfiguration', ...wish, parameters: catalogue, now })
}

/** Only values are checked by the catalogue. */
const hasValues = ({ set }: Change): boolean => Object.keys(set).length > 0

const tell = (
  dependencies: DispatchDependencies,
  job: Job,
  configurationId: ConfigurationId,
  command: ConfigurationCommand,
): Promise<Answer> =>
  handleOwned(
    dependencies,
    job,
    configuration,
    configurationStream(configurationId),
    command,
    { configurationId },
    {
      whose: (state) => (state.status === 'ABSENT' ? null : { projectId: state.projectId }),
      missing: noSuchConfiguration(configurationId),
    },
  )

export const noSuchConfiguration = (id: ConfigurationId, field = 'id'): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no configuration group ${id} that you may see`,
  field,
})
