import { unreachable } from '../decider.ts'
import type { HostId } from '../ids.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Excess } from '../values/ledger.ts'
import { amountInWords } from '../values/resources.ts'
import type { HostDescription, InstanceLimit, InstanceNeed } from './events.ts'

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

/** Work that only the host's agent can do, and that would wait for it in vain. */
export const hostUnreachable = ({ hostId, name }: HostDescription, lastSeenAt: string, kind: string): Rejection => ({
  code: 'HOST_UNREACHABLE',
  message: `the ${kind} needs host ${name}, of which nothing was heard since ${lastSeenAt}: try again when the host is back`,
  details: { hostId, lastSeenAt },
})

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
