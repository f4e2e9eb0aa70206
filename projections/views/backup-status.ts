export const backupStatuses = ['CREATING', 'AVAILABLE', 'FAILED', 'DELETING'] as const

/** What came of restoring one last. `UNPROVEN`: nobody has tried. */
export const backupProofStatuses = ['PROVEN', 'FAILED', 'UNPROVEN'] as const

export type BackupProofStatus = (typeof backupProofStatuses)[number]

export type BackupStatus = (typeof backupStatuses)[number]
