import type { CofferEvent } from './catalogue.ts'
import { datastoreStream } from './datastore/index.ts'
import { flavorStream } from './flavor/index.ts'
import { hostStream } from './host/index.ts'
import { instanceStream } from './instance/index.ts'
import { phaseOf } from './instance/operations.ts'
import { operationStream } from './operation/index.ts'
import { projectStream } from './project/index.ts'
import type { StreamName } from './stream.ts'
import { tokenStream } from './token/index.ts'

/** What one stream says of others, by what they are to it. Null: it does not say so any more. */
export type ClaimChange = Readonly<Record<string, StreamName | null>>

/** `ALL`: the stream claims nothing any more. Null: the event has no say in it. */
export type Claiming = ClaimChange | 'ALL' | null

/** The categories whose events claim something. */
export const claimingCategories = ['project', 'host', 'instance'] as const

/**
 * The streams that must be there because this event is. Only what is certain: a claimed stream has begun before the event was
 * appended, so one that has nothing has lost it. What an instance rests on counts until it is deleted.
 */
export const claimsOf = (event: CofferEvent): Claiming => {
  switch (event.type) {
    case 'QuotaCommitted':
    case 'ProjectNameConfirmed':
      return { [event.data.instanceId]: instanceStream(event.data.instanceId) }
    case 'QuotaReleased':
      // An instance that failed keeps its name.
      return event.data.reason === 'FAILED' ? null : { [event.data.instanceId]: null }
    case 'ProjectNameReleased':
      return { [event.data.instanceId]: null }
    case 'HostClaimConfirmed':
      return { [event.data.nodeId]: instanceStream(event.data.instanceId) }
    case 'HostCapacityReleased':
      return { [event.data.nodeId]: null }
    case 'ProjectTokenConfirmed':
      return { [event.data.tokenId]: tokenStream(event.data.tokenId) }
    case 'ProjectTokenReleased':
      return { [event.data.tokenId]: null }
    case 'ProjectTokenHeld':
      return event.data.ended.length === 0 ? null : Object.fromEntries(event.data.ended.map((id) => [id, null]))
    case 'InstanceRequested': {
      const { projectId, hostId, spec } = event.data
      return {
        project: projectStream(projectId),
        host: hostStream(hostId),
        flavor: flavorStream(spec.flavor),
        datastore: datastoreStream(spec.datastore),
      }
    }
    case 'InstanceAdopted':
    case 'InstanceMoved':
      return { host: hostStream(event.data.hostId) }
    default:
      return claimOfOutcome(event)
  }
}

/** An instance is told how its operation ended by the operation itself. */
const claimOfOutcome = (event: CofferEvent): Claiming => {
  const told = phaseOf(event.type)
  if (told === null || told.phase === 'requested') return null
  const { phase, operation } = told
  if (phase === 'succeeded' && operation.lane === 'exclusive' && operation.becomes === 'DELETED') return 'ALL'
  return 'operationId' in event.data && event.data.operationId
    ? { operation: operationStream(event.data.operationId) }
    : null
}
