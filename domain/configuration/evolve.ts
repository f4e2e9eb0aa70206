import { unreachable } from '../decider.ts'
import type { InstanceId } from '../ids.ts'
import type { ConfigurationEvent } from './events.ts'
import { type ConfigurationState, type Rollout, underWay, withoutAsked } from './state.ts'

export const evolve = (state: ConfigurationState, event: ConfigurationEvent): ConfigurationState => {
  if (event.type === 'ConfigurationCreated') {
    return { status: 'ACTIVE', ...event.data, revision: 1, instances: {}, rollout: null }
  }
  if (state.status === 'ABSENT') return state
  switch (event.type) {
    case 'ConfigurationDetailsChanged':
    case 'ConfigurationChanged':
      return { ...state, ...event.data }
    case 'ConfigurationRolloutBegun':
      return { ...state, rollout: { ...event.data, asked: underWay(state.rollout) } }
    case 'ConfigurationInstanceFollowed': {
      const { instanceId, revision } = event.data
      return { ...unasked(state, instanceId), instances: { ...state.instances, [instanceId]: revision } }
    }
    case 'ConfigurationInstanceLeft': {
      const { [event.data.instanceId]: _, ...instances } = state.instances
      return { ...unasked(state, event.data.instanceId), instances }
    }
    case 'ConfigurationRolloutStepped':
      return asking(state, Object.fromEntries(event.data.instanceIds.map((instanceId) => [instanceId, null])))
    case 'ConfigurationInstanceAsked':
      return asking(state, { [event.data.instanceId]: event.data.operationId })
    case 'ConfigurationRolloutEnded':
      return { ...state, rollout: null }
    case 'ConfigurationDeleted':
      return { ...state, status: 'DELETED', rollout: null }
    default:
      return unreachable(event)
  }
}

type Present = Exclude<ConfigurationState, { readonly status: 'ABSENT' }>

const unasked = (state: Present, instanceId: InstanceId): Present => ({
  ...state,
  rollout: state.rollout && withoutAsked(state.rollout, instanceId),
})

const asking = (state: Present, asked: Rollout['asked']): Present => ({
  ...state,
  rollout: state.rollout && { ...state.rollout, asked: { ...state.rollout.asked, ...asked } },
})
