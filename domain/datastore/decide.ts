import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { DatastoreCommand } from './commands.ts'
import type { DatastoreEvent } from './events.ts'
import { unknownVersion } from './refusals.ts'
import type { DatastoreState } from './state.ts'

export const decide = (command: DatastoreCommand, state: DatastoreState): Decision<DatastoreEvent> => {
  const { datastore } = command
  switch (command.type) {
    case 'OfferDatastoreVersions': {
      // What an admin withdrew stays withdrawn, however many hosts come with it.
      const known = new Set([...state.offered, ...state.withdrawn])
      const added = [...new Set(command.versions)].filter((version) => !known.has(version))
      return accept(
        ...added.map((version) => ({ type: 'DatastoreVersionOffered', data: { datastore, version } }) as const),
      )
    }
    case 'WithdrawDatastoreVersion': {
      const { version } = command
      if (state.withdrawn.includes(version)) return accept()
      if (!state.offered.includes(version)) return reject(unknownVersion(state, datastore, version))
      return accept({ type: 'DatastoreVersionWithdrawn', data: { datastore, version } })
    }
    case 'SetDefaultDatastoreVersion': {
      const { version } = command
      if (state.pinnedDefault === version) return accept()
      if (!state.offered.includes(version)) return reject(unknownVersion(state, datastore, version))
      return accept({ type: 'DatastoreDefaultVersionSet', data: { datastore, version } })
    }
    default:
      return unreachable(command)
  }
}
