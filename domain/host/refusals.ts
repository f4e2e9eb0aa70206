import { unreachable } from '../decider.ts'
import type { HostId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Excess } from '../values/ledger.ts'
import { amountInWords } from '../values/resources.ts'
import type { HostDescription, InstanceLimit, InstanceNeed } from './events.ts'
import type { Cordon } from './state.ts'

export const unregistered = (hostId: HostId): Rejection => ({
  code: 'NOT_FOUND',
  message: `host ${hostId} has not registered`,
  details: { hostId },
})

export const hostLost = ({ hostId, name }: HostDescription, lastSeenAt: string): Rejection => ({
  code: 'NO_CAPACITY',
  message: `host ${name} takes no new instances: nothing was heard of it since ${lastSeenAt}`,
  details: { hostId, lastSeenAt },
})

export const hostCordoned = ({ hostId, name }: HostDescription, { since, reason }: Cordon): Rejection => ({
  code: 'NO_CAPACITY',
  message: `host ${name} is cordoned since ${since} and takes no new instances${reason === null ? '' : `: ${reason}`}`,
  details: { hostId, since },
})

/** Work that only the host's agent can do, and that would wait for it in vain. */
export const hostUnreachable = ({ hostId, name }: HostDescription, lastSeenAt: string, kind: string): Rejection => ({
  code: 'HOST_UNREACHABLE',
  message: `the ${kind} needs host ${name}, of which nothing was heard since ${lastSeenAt}: try again when the host is back`,
  details: { hostId, lastSeenAt },
})

export const hostGone = ({ hostId, name }: HostDescription, removedAt: string): Rejection => ({
  code: 'NO_CAPACITY',
  message: `host ${name} was removed at ${removedAt} and takes no work any more`,
  details: { hostId, removedAt },
})

export const hostInUse = ({ hostId, name }: HostDescription, held: number): Rejection => ({
  code: 'INVALID_STATE',
  message:
    `host ${name} is up and has ${held} ${held === 1 ? 'database' : 'databases'}: delete them first, or stop its agent and wait until it is LOST; ` +
    '"force" gives them up with the host',
  field: 'id',
  details: { hostId, databases: held },
})

/** For whoever operates the machine. */
export const notLetInAgain = ({ hostId }: HostDescription, removedAt: string): string =>
  `host ${hostId} was removed at ${removedAt}, and what it has of databases is given up. To use the machine as a new host, stop this agent and the databases that ` +
  'still run, move its directory away ("agent" in COFFER_DATA_DIR), and start it again'

export const unknownEngine = (host: HostDescription, datastore: DatastoreType, version: string): Rejection => {
  const versions = host.engines.filter((engine) => engine.datastore === datastore).map((engine) => engine.version)
  return {
    code: 'UNKNOWN_VERSION',
    message: `host ${host.name} has no ${datastore} ${version}; it has: ${versions.join(', ') || 'none'}`,
    field: 'version',
    details: { hostId: host.hostId, datastore, version, installed: versions.join(' ') },
  }
}

export const noCapacity = ({ hostId, name }: HostDescription, excess: Excess): Rejection => {
  const { resource, limit, used, asked } = excess
  return {
    code: 'NO_CAPACITY',
    message:
      `host ${name} has ${amountInWords(resource, limit)}, of which ${used} are taken: ` +
      `${amountInWords(resource, asked)} more do not fit`,
    details: { hostId, resource, capacity: limit, claimed: used, asked },
  }
}

export const noPlace = (
  { hostId, name }: HostDescription,
  { atMost, limitedBy }: InstanceLimit,
  claimed: number,
): Rejection => ({
  code: 'NO_CAPACITY',
  message: `host ${name} has no room for ${needInWords(limitedBy)} more: it has that for ${atMost} instances`,
  details: { hostId, resource: limitedBy, capacity: atMost, claimed, asked: 1 },
})

/** What one more instance would need: `a port`. */
export const needInWords = (need: InstanceNeed): string => {
  switch (need) {
    case 'ports':
      return 'a port'
    case 'accounts':
      return 'a Unix account'
    case 'loopDevices':
      return 'a loop device'
    case 'processes':
      return "an engine's processes"
    default:
      return unreachable(need)
  }
}

/** The agent makes new keys as soon as it comes to the commands that use the others. */
export const noSealingKey = ({ hostId, name }: HostDescription): Rejection => ({
  code: 'NO_CAPACITY',
  message: `host ${name} has no key left to seal passwords to, until its agent offers new ones: try again in a moment`,
  details: { hostId, resource: sealingKeysResource },
})

export const sealingKeysResource = 'sealingKeys'
