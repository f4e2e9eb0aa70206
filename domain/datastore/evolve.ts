import { unreachable } from '../decider.ts'
import { compareVersions } from '../values/version.ts'
import type { DatastoreEvent } from './events.ts'
import type { DatastoreState } from './state.ts'

export const evolve = (state: DatastoreState, event: DatastoreEvent): DatastoreState => {
  const { datastore, version } = event.data
  switch (event.type) {
    case 'DatastoreVersionOffered': {
      const offered = [...without(state.offered, version), version].sort((a, b) => compareVersions(b, a))
      return { ...state, datastore, offered, withdrawn: without(state.withdrawn, version) }
    }
    case 'DatastoreVersionWithdrawn': {
      const withdrawn = [...without(state.withdrawn, version), version]
      const pinnedDefault = state.pinnedDefault === version ? null : state.pinnedDefault
      return { ...state, datastore, offered: without(state.offered, version), withdrawn, pinnedDefault }
    }
    case 'DatastoreDefaultVersionSet':
      return { ...state, datastore, pinnedDefault: version }
    default:
      return unreachable(event)
  }
}

const without = (versions: readonly string[], version: string): readonly string[] =>
  versions.filter((each) => each !== version)
