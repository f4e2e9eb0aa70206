import type { FleetEvent } from './events.ts'
import type { FleetState } from './state.ts'

export const evolve = ({ names }: FleetState, { type, data: { hostId, name } }: FleetEvent): FleetState => {
  const others = [...names].filter(([id]) => id !== hostId)
  return { names: new Map(type === 'FleetHostNameTaken' ? [...others, [hostId, name]] : others) }
}
