export const backupStatuses = ['CREATING', 'AVAILABLE', 'FAILED', 'DELETING'] as const

export type BackupStatus = (typeof backupStatuses)[number]
