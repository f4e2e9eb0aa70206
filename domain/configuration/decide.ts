import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { InstanceId } from '../ids.ts'
import { allFaults, type Rejection } from '../rejection.ts'
import { amountRefusal } from '../values/amount.ts'
import { sameValues } from '../values/parameter.ts'
import { valueFaults } from './check-values.ts'
import type { ConfigurationCommand } from './commands.ts'
import type { ConfigurationEvent, RolloutOutcome } from './events.ts'
import { type ActiveConfiguration, type ConfigurationState, type Rollout, underWay, withoutAsked } from './state.ts'

type ConfigurationDecision = Decision<ConfigurationEvent>
type CommandOf<Type extends ConfigurationCommand['type']> = Extract<ConfigurationCommand, { readonly type: Type }>
type Instances = ActiveConfiguration['instances']

export const mostParallel = 100
const wishes: readonly ConfigurationCommand['type'][] = ['ChangeConfiguration', 'BeginRollout', 'CancelRollout']

export const decide = (command: ConfigurationCommand, state: ConfigurationState): ConfigurationDecision => {
  if (command.type === 'CreateConfiguration') return create(command, state)
  if (state.status !== 'ACTIVE') return wishes.includes(command.type) ? reject(notFound) : accept()
  switch (command.type) {
    case 'ChangeConfiguration':
      return change(command, state)
    case 'DeleteConfiguration':
      return remove(state)
    case 'BeginRollout': {
      const refusal = parallelismRefusal(command.parallelism)
      if (refusal) return reject(refusal)
      return state.rollout ? accept() : accept(...begin(command, state.revision, state))
    }
    case 'CancelRollout':
      return state.rollout ? accept(ended(state.rollout, 'CANCELLED')) : accept()
    case 'NoteFollowed':
      return noteFollowed(command, state)
    case 'NoteLeft': {
      const { instanceId, now } = command
      if (state.instances[instanceId] === undefined) return accept()
      const { [instanceId]: _, ...others } = state.instances
      const left: ConfigurationEvent = { type: 'ConfigurationInstanceLeft', data: { instanceId } }
      return accept(left, ...(state.rollout ? step(withoutAsked(state.rollout, instanceId), others, now) : []))
    }
    case 'NoteAsked':
      return noteAsked(command, state)
    case 'NoteFailed': {
      const { instanceId, operationId, reason } = command
      const { rollout } = state
      return rollout && rollout.asked[instanceId] === operationId
        ? accept(ended(rollout, 'FAILED', instanceId, reason))
        : accept()
    }
    default:
      return unreachable(command)
  }
}

export const notFound: Rejection = { code: 'NOT_FOUND', message: 'there is no such configuration group', field: 'id' }

export const parallelismRefusal = (parallelism: number): Rejection | null =>
  amountRefusal('parallelism', parallelism, 1, mostParallel)

const create = (
  { type: _, parameters, ...wish }: CommandOf<'CreateConfiguration'>,
  state: ConfigurationState,
): ConfigurationDecision => {
  // Its id follows from the request: what is there already is of an earlier try.
  if (state.status !== 'ABSENT') return accept()
  const refusal = allFaults(valueFaults({ ...wish, parameters }, wish.values))
  return refusal
    ? reject(refusal)
    : accept({ type: 'ConfigurationCreated', data: { ...wish, values: { ...wish.values } } })
}

const change = (command: CommandOf<'ChangeConfiguration'>, state: ActiveConfiguration): ConfigurationDecision => {
  const { set, unset, keep, restart, parallelism, parameters, now } = command
  const { datastore, version } = state
  const refusal = allFaults([parallelismRefusal(parallelism), ...valueFaults({ datastore, version, parameters }, set)])
  if (refusal) return reject(refusal)
  const details = changedDetails(command, state)
  const kept = keep ? Object.entries(state.values).filter(([name]) => !unset.includes(name)) : []
  const values = { ...Object.fromEntries(kept), ...set }
  if (sameValues(values, state.values)) return accept(...details)
  const revision = state.revision + 1
  const changed: ConfigurationEvent = { type: 'ConfigurationChanged', data: { revision, values } }
  return accept(...details, changed, ...begin({ restart, parallelism, now }, revision, state))
}

const changedDetails = (
  { name, description }: CommandOf<'ChangeConfiguration'>,
  state: ActiveConfiguration,
): readonly ConfigurationEvent[] => {
  const data = {
    ...(name !== undefined && name !== state.name && { name }),
    ...(description !== undefined && description !== state.description && { description }),
  }
  return Object.keys(data).length === 0 ? [] : [{ type: 'ConfigurationDetailsChanged', data }]
}

type Pace = { readonly restart: boolean; readonly parallelism: number; readonly now: string }

const begin = (
  { restart, parallelism, now }: Pace,
  revision: number,
  { instances, rollout }: ActiveConfiguration,
): readonly ConfigurationEvent[] => {
  if (Object.values(instances).every((followed) => followed >= revision)) return []
  const pace = { revision, restart, parallelism }
  const begun: ConfigurationEvent = { type: 'ConfigurationRolloutBegun', data: pace }
  return [begun, ...step({ ...pace, asked: underWay(rollout) }, instances, now)]
}

const remove = (state: ActiveConfiguration): ConfigurationDecision => {
  const { configurationId } = state
  const count = Object.keys(state.instances).length
  if (count === 0) return accept({ type: 'ConfigurationDeleted', data: { configurationId } })
  return reject({
    code: 'INVALID_STATE',
    message: `${count} ${count === 1 ? 'instance follows' : 'instances follow'} this configuration group: detach ${count === 1 ? 'it' : 'them'} first`,
    field: 'id',
    details: { instances: count },
  })
}

const noteFollowed = (
  { instanceId, revision, now }: CommandOf<'NoteFollowed'>,
  state: ActiveConfiguration,
): ConfigurationDecision => {
  const known = state.instances[instanceId]
  if (known !== undefined && known >= revision) return accept()
  const followed: ConfigurationEvent = { type: 'ConfigurationInstanceFollowed', data: { instanceId, revision } }
  const instances = { ...state.instances, [instanceId]: revision }
  return accept(followed, ...(state.rollout ? step(withoutAsked(state.rollout, instanceId), instances, now) : []))
}

const noteAsked = (
  { instanceId, revision, operationId, reason }: CommandOf<'NoteAsked'>,
  { rollout }: ActiveConfiguration,
): ConfigurationDecision => {
  if (rollout?.revision !== revision || rollout.asked[instanceId] !== null) return accept()
  if (operationId === null) return accept(ended(rollout, 'FAILED', instanceId, reason))
  return accept({ type: 'ConfigurationInstanceAsked', data: { revision, instanceId, operationId } })
}

/** What a rollout does next: asks as many as may be asked, or ends. */
const step = (rollout: Rollout, instances: Instances, at: string): readonly ConfigurationEvent[] => {
  const { revision, parallelism, asked } = rollout
  const under = Object.keys(asked).length
  const behind = (Object.keys(instances) as InstanceId[]).filter(
    (instanceId) => (instances[instanceId] ?? 0) < revision && !Object.hasOwn(asked, instanceId),
  )
  const next = behind.sort().slice(0, Math.max(0, parallelism - under))
  if (next.length > 0) return [{ type: 'ConfigurationRolloutStepped', data: { revision, instanceIds: next, at } }]
  return under === 0 ? [ended(rollout, 'SUCCEEDED')] : []
}

const ended = (
  { revision }: Rollout,
  outcome: RolloutOutcome,
  instanceId: InstanceId | null = null,
  reason: string | null = null,
): ConfigurationEvent => ({ type: 'ConfigurationRolloutEnded', data: { revision, outcome, instanceId, reason } })
