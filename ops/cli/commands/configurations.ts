import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import {
  AttachConfigurationDocument,
  CancelRolloutDocument,
  ChangeConfigurationDocument,
  type ConfigurationFragment as Configuration,
  type ConfigurationChangeFragment,
  ConfigurationsDocument,
  CreateConfigurationDocument,
  DeleteConfigurationDocument,
  DetachConfigurationDocument,
  InstanceParametersDocument,
  ReplaceConfigurationDocument,
  RollOutConfigurationDocument,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { endingIn, isShortId, shortId } from '../short-ids.ts'
import { formatTable } from '../table.ts'
import { localTime } from '../time.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

type Value = Configuration['values'][number]
type Repeatable = { readonly idempotencyKey?: string }
type Pace = Repeatable & { readonly restart?: boolean; readonly parallelism?: number }
/** `work_mem=64MB`: the value may hold further equals signs. */
const parseValues = (given: readonly string[]): readonly Value[] =>
  given.map((text) => {
    const at = text.indexOf('=')
    if (at > 0) return { name: text.slice(0, at), value: text.slice(at + 1) }
    throw refused({ code: 'INVALID_INPUT', message: `${JSON.stringify(text)} sets nothing: expected NAME=VALUE` })
  })

const readGroups = (context: CliContext): Promise<readonly Configuration[]> =>
  readAll(context, { document: ConfigurationsDocument, of: ({ configurations }) => configurations, variables: {} })

/** By name, id, or the end of an id. */
const findGroup = async (context: CliContext, given: string): Promise<Configuration> => {
  const groups = await readGroups(context)
  const named = groups.filter(({ name, id }) => name === given || id === given)
  const ids = isShortId(given)
    ? endingIn(
        given,
        groups.map(({ id }) => id),
      )
    : []
  const found = named.length > 0 ? named : groups.filter(({ id }) => ids.includes(id))
  const [only] = found
  if (!only) throw refused({ code: 'NOT_FOUND', message: `there is no configuration group ${given}` })
  if (found.length === 1) return only
  const list = found.map(({ id }) => `  ${id}`).join('\n')
  throw refused({ code: 'AMBIGUOUS_NAME', message: `${found.length} groups are called ${given}: give an id\n${list}` })
}

export type CreateOptions = Repeatable & {
  readonly datastore: string
  readonly engineVersion?: string
  readonly description?: string
}

export const createConfiguration = async (
  context: CliContext,
  name: string,
  given: readonly string[],
  { datastore, engineVersion: version, description, idempotencyKey }: CreateOptions,
): Promise<void> => {
  const input = { name, datastore, version, description, values: parseValues(given), idempotencyKey }
  const { configurationId, configuration } = await mutate(context, CreateConfigurationDocument, input)
  await context.output.one({ ...configuration, id: configurationId }, () => [
    `configuration group ${name} is there, for ${datastore} ${configuration?.version ?? ''}: ${configurationId}`,
  ])
}

export const listConfigurations = async (context: CliContext): Promise<void> =>
  context.output.list(
    await readGroups(context),
    [
      ['NAME', ({ name }) => name, 'cutting'],
      ['DATASTORE', ({ datastore }) => datastore],
      ['VERSION', ({ version }) => version],
      ['REVISION', ({ revision }) => revision],
      ['VALUES', ({ values }) => values.length],
      ['INSTANCES', ({ instances }) => instances.length],
      ['ROLLOUT', ({ rollout }) => rollout?.status],
      ['ID', ({ id }) => shortId(id)],
    ],
    'There are no configuration groups.',
  )

export const showConfiguration = async (context: CliContext, given: string): Promise<void> => {
  const group = await findGroup(context, given)
  await context.output.one(group, () => linesOf(group))
}

const linesOf = ({ rollout, ...group }: Configuration): readonly string[] => [
  ...formatFields([
    ['id', group.id],
    ['name', group.name],
    ['description', group.description || null],
    ['for', `${group.datastore} ${group.version}`],
    ['revision', String(group.revision)],
    ['rollout', rollout && `${rollout.status} to revision ${rollout.revision}, ${rollout.parallelism} at a time`],
    ['stopped at', rollout?.instanceId && `${rollout.instanceId}: ${rollout.reason ?? ''}`],
    ['made', `${localTime(group.createdAt)} by ${group.createdBy.name}`],
  ]),
  '',
  group.values.length === 0 ? 'It sets nothing.' : valuesTable(group.values),
  '',
  group.instances.length === 0
    ? 'No instance follows it.'
    : formatTable(group.instances, [
        ['INSTANCE', ({ instance, instanceId }) => instance?.name ?? instanceId],
        ['HAS REVISION', ({ revision }) => revision],
      ]),
]

const valuesTable = (values: readonly Value[]): string =>
  formatTable(values, [
    ['PARAMETER', ({ name }) => name],
    ['VALUE', ({ value }) => value],
  ])

const paceOf = ({ restart, parallelism, idempotencyKey }: Pace) => ({ restart, parallelism, idempotencyKey })

const tell = (context: CliContext, id: string, { configuration }: ConfigurationChangeFragment): Promise<void> =>
  context.output.one({ ...configuration, id }, () => [
    configuration ? `${configuration.name} is at revision ${configuration.revision}${rolloutWords(configuration)}` : id,
  ])

const rolloutWords = ({ rollout, instances, revision }: Configuration): string => {
  const behind = instances.filter((follower) => follower.revision < revision).length
  if (rollout?.status === 'RUNNING') return `, and ${behind} of its ${instances.length} instances are to follow`
  return behind === 0 ? '' : `, which ${behind} of its ${instances.length} instances do not have`
}

export const setValues = async (
  context: CliContext,
  given: string,
  values: readonly string[],
  options: Pace & { readonly replace?: boolean },
): Promise<void> => {
  const { id } = await findGroup(context, given)
  const wanted = parseValues(values)
  const pace = paceOf(options)
  const answer = options.replace
    ? await mutate(context, ReplaceConfigurationDocument, { id, values: wanted, ...pace })
    : await mutate(context, ChangeConfigurationDocument, { id, set: wanted, ...pace })
  await tell(context, id, answer)
}

export const unsetValues = async (
  context: CliContext,
  given: string,
  unset: readonly string[],
  options: Pace,
): Promise<void> => {
  const { id } = await findGroup(context, given)
  await tell(context, id, await mutate(context, ChangeConfigurationDocument, { id, unset, ...paceOf(options) }))
}

type Details = Repeatable & { readonly name?: string; readonly description?: string }

export const updateConfiguration = async (context: CliContext, given: string, details: Details): Promise<void> => {
  const { name, description, idempotencyKey } = details
  if (name === undefined && description === undefined)
    throw refused({ code: 'INVALID_INPUT', message: 'nothing is to change: give --name or --description' })
  const { id } = await findGroup(context, given)
  const input = { id, name, description, idempotencyKey }
  await tell(context, id, await mutate(context, ChangeConfigurationDocument, input))
}

export const rollOut = async (context: CliContext, given: string, options: Pace): Promise<void> => {
  const { id } = await findGroup(context, given)
  await tell(context, id, await mutate(context, RollOutConfigurationDocument, { id, ...paceOf(options) }))
}

export const cancelRollout = async (
  context: CliContext,
  given: string,
  { idempotencyKey }: Repeatable,
): Promise<void> => {
  const { id } = await findGroup(context, given)
  await tell(context, id, await mutate(context, CancelRolloutDocument, { id, idempotencyKey }))
}

export const deleteConfiguration = async (
  context: CliContext,
  given: string,
  { idempotencyKey }: Repeatable,
): Promise<void> => {
  const { id, name } = await findGroup(context, given)
  await mutate(context, DeleteConfigurationDocument, { id, idempotencyKey })
  await context.output.one({ id }, () => [`configuration group ${name} is deleted`])
}

type ApplyOptions = WaitOptions & { readonly restart?: boolean }

export const attachConfiguration = async (
  context: CliContext,
  nameOrId: string,
  given: string,
  { restart, ...options }: ApplyOptions,
): Promise<void> => {
  const group = await findGroup(context, given)
  return beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, AttachConfigurationDocument, { ...target, configurationId: group.id, restart }),
    begins: (name) => `${name} gets the values of ${group.name}`,
    failed: (name) => `${name} did not get the values of ${group.name}`,
    ended: (name) => `${name} follows ${group.name}, revision ${group.revision}`,
  })
}

export const detachConfiguration = (
  context: CliContext,
  nameOrId: string,
  { restart, ...options }: ApplyOptions,
): Promise<void> =>
  beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, DetachConfigurationDocument, { ...target, restart }),
    begins: (name) => `${name} gets its own values again`,
    failed: (name) => `${name} did not get its own values again`,
    ended: (name) => `${name} follows no configuration group`,
  })

/** What an instance has otherwise than the engine would, or will have; with `all` everything. */
export const diffConfiguration = async (
  context: CliContext,
  nameOrId: string,
  { containing, all }: { readonly containing?: string; readonly all?: boolean },
): Promise<void> => {
  const { id } = await findInstance(context, nameOrId)
  const variables = { id, containing, changed: !all }
  const { instance } = await context.api.request(InstanceParametersDocument, variables, context.signal)
  await context.output.list(
    instance?.parameters ?? [],
    [
      ['PARAMETER', ({ name }) => name],
      ['VALUE', ({ value }) => value, 'cutting'],
      ['FROM', ({ source }) => source.toLowerCase()],
      ['AFTER A RESTART', ({ pending }) => pending, 'cutting'],
      ["ENGINE'S OWN", ({ engineDefault, unit }) => `${engineDefault ?? '-'}${unit ? ` (${unit})` : ''}`, 'cutting'],
    ],
    'It has what the engine has of its own accord.',
  )
  const refusal = instance?.configuration.refusal
  if (refusal && context.output.format === 'table') context.terminal.stderr.write(`${refusal}\n`)
}
