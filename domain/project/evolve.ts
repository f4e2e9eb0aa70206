import { unreachable } from '../decider.ts'
import { commit, release, reserve } from '../values/ledger.ts'
import { confirmRoom, releaseRoom, reserveRoom } from './backup-room.ts'
import type { ProjectEvent } from './events.ts'
import { confirmName, holdName, releaseName } from './names.ts'
import type { ProjectState } from './state.ts'
import { confirmToken, holdToken, releaseToken } from './tokens.ts'

export const evolve = (state: ProjectState, event: ProjectEvent): ProjectState => {
  switch (event.type) {
    case 'ProjectNameHeld': {
      const { projectId: _, ...hold } = event.data
      return { ...state, names: holdName(state.names, hold) }
    }
    case 'ProjectNameConfirmed':
      return { ...state, names: confirmName(state.names, event.data.instanceId, event.data.name) }
    case 'ProjectNameReleased':
      return { ...state, names: releaseName(state.names, event.data.instanceId, event.data.name) }
    case 'ProjectTokenHeld': {
      const { projectId: _, ended, ...hold } = event.data
      return { ...state, tokens: holdToken(state.tokens, hold, ended) }
    }
    case 'ProjectTokenConfirmed':
      return { ...state, tokens: confirmToken(state.tokens, event.data.tokenId) }
    case 'ProjectTokenReleased':
      return { ...state, tokens: releaseToken(state.tokens, event.data.tokenId) }
    case 'ProjectBackupHeld': {
      const { projectId: _, ended, ...hold } = event.data
      return { ...state, backups: reserveRoom(ended.reduce(releaseRoom, state.backups), hold) }
    }
    case 'ProjectBackupConfirmed':
      return { ...state, backups: confirmRoom(state.backups, event.data.backupId, event.data.bytes) }
    case 'ProjectBackupReleased':
      return { ...state, backups: releaseRoom(state.backups, event.data.backupId) }
    case 'ProjectQuotaSet':
      return { ...state, limits: event.data.limits }
    case 'QuotaReserved':
      return { ...state, ledger: reserve(state.ledger, { ...event.data, holder: event.data.instanceId }) }
    case 'QuotaCommitted':
      return { ...state, ledger: commit(state.ledger, event.data.instanceId, event.data) }
    case 'QuotaReleased':
      return { ...state, ledger: release(state.ledger, event.data.instanceId) }
    default:
      return unreachable(event)
  }
}
