import { BackupStoreError } from '../../commands/ports/backup-store.ts'
import { EngineFault } from '../engines/engine.ts'
import { CipherMismatch } from './cipher.ts'

/** What `error`, met with the objects of a backup, is for the person who asked. Any other error is passed on. */
export const toBackupFault = (error: unknown): unknown => {
  if (error instanceof CipherMismatch) {
    return new EngineFault('BACKUP_DAMAGED', 'The backup is not what was stored', {
      detail: error.message,
      cause: error,
    })
  }
  return error instanceof BackupStoreError ? ofStore(error) : error
}

const ofStore = (error: BackupStoreError): EngineFault => {
  const options = { detail: error.message, cause: error }
  switch (error.code) {
    case 'NOT_FOUND':
    case 'DAMAGED':
    case 'CONFLICT':
      return new EngineFault('BACKUP_DAMAGED', 'The backup store does not have what was stored', options)
    case 'REFUSED':
      return new EngineFault('BACKUP_REFUSED', 'The backup store refuses the agent', options)
    case 'UNAVAILABLE':
      return new EngineFault('BACKUP_STORE_UNAVAILABLE', 'The backup store cannot be used for now', {
        ...options,
        retryable: true,
      })
  }
}
