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
}
