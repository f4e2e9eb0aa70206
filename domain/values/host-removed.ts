import type { KnownFault } from './fault.ts'

/** Which host it was is for admins to know. */
export const hostRemovedFault: KnownFault = {
  code: 'HOST_REMOVED',
  message:
    'the host of this database was removed for good, and its data with it: delete the database, and make another one',
  retryable: false,
}
