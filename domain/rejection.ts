/** Every reason for which a command can be refused. The list is closed: clients switch on it. */
export const rejectionCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'UNKNOWN_DATASTORE',
  'UNKNOWN_VERSION',
  'UNKNOWN_FLAVOR',
  'RESERVED_NAME',
  'ALREADY_EXISTS',
  'QUOTA_EXCEEDED',
  'NO_CAPACITY',
  'HOST_UNREACHABLE',
  'OPERATION_IN_PROGRESS',
  'INVALID_STATE',
  'NOT_CANCELLABLE',
  'VERSION_CONFLICT',
  'IDEMPOTENCY_KEY_REUSED',
  'CONCURRENT_MODIFICATION',
  'UNREADABLE_HISTORY',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
] as const

export type RejectionCode = (typeof rejectionCodes)[number]

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
