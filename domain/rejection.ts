import { z } from 'zod'

/** Every reason for which a command can be refused, and what to do about it. The list is closed: clients switch on it. */
export const rejections = {
  INVALID_INPUT: 'A value is outside what is accepted. `field` names it, and the message says what is accepted.',
  FEATURE_NOT_AVAILABLE: 'The engine does not have what is asked for; the message says what it has instead.',
  NOT_FOUND: 'It does not exist, or belongs to another project.',
  UNKNOWN_DATASTORE: 'No such datastore is on offer. `coffer datastore list` shows those that are.',
  UNKNOWN_VERSION: 'No such version is on offer. `coffer datastore list` shows those that are.',
  UNKNOWN_FLAVOR: 'No such flavor exists. `coffer flavor list` shows those that do.',
  RESERVED_NAME: 'The name is reserved for the engine or for Coffer. Choose another.',
  ALREADY_EXISTS: 'Something of this name exists already. `details` has its id if it has one.',
  QUOTA_EXCEEDED: "The project's quota does not allow it. `details` has the limit and what is used.",
  NO_CAPACITY: 'No host has room for it. The message says what is short.',
  HOST_UNREACHABLE: "The instance's host is lost. Try again when it is back.",
  OPERATION_IN_PROGRESS: 'Another operation has to end first. `details` has its id: wait for it or cancel it.',
  INVALID_STATE: 'The status does not allow it. `details` has the statuses that do.',
  DELETION_PROTECTED: 'It is protected against deletion. Take the protection off first.',
  NOT_CANCELLABLE: 'The operation has ended, or cannot be undone once it has begun.',
  VERSION_CONFLICT: 'It has changed since `expectedVersion`. Read it again and decide again.',
  IDEMPOTENCY_KEY_REUSED: 'The key was used with another input. Repeat that input, or choose a new key.',
  CONCURRENT_MODIFICATION: 'Others were changing it at the same time, and four tries were not enough. Try again.',
  UNREADABLE_HISTORY: 'Its history has an event that this version cannot read. See the runbook on unreadable events.',
  UNAUTHENTICATED: 'The token is missing, malformed, unknown, expired or revoked.',
  FORBIDDEN: 'The role of the token does not allow it.',
  RATE_LIMITED: 'The project has sent too many requests. `Retry-After` says when to come back.',
} as const satisfies Readonly<Record<string, string>>

export type RejectionCode = keyof typeof rejections
// The keys of an object literal with at least one.
export const rejectionCodeSchema = z.enum(Object.keys(rejections) as [RejectionCode, ...RejectionCode[]])

/**
 * A refusal, written for the person who reads it: what was refused, which value, what would be accepted.
 * `field` is the path of the input at fault (`users[0].name`); `details` holds machine-readable extras
 * such as the id of the operation in progress or the quota's limit and use.
 */
export type Rejection = {
  readonly code: RejectionCode
  readonly message: string
  readonly field?: string
  readonly details?: Readonly<Record<string, string | number | boolean | null>>
  /** What else is wrong with the same input, where several things are. */
  readonly alsoWrong?: readonly Omit<Rejection, 'alsoWrong'>[]
}

/** More would not be read. */
const mostFaults = 20

/** One refusal for all that is wrong with an input, the first fault first; null where nothing is. */
export const allFaults = (faults: readonly (Rejection | null)[]): Rejection | null => {
  const [first, ...others] = faults.filter((fault) => fault !== null).slice(0, mostFaults)
  if (!first) return null
  return others.length === 0 ? first : { ...first, alsoWrong: others }
}
