import { z } from 'zod'

/**
 * One object of a backup. `name`: the last word of its key. `bytes`: of what was backed up; `storedBytes`, `sha256` (hex): of the object, which is compressed and
 * encrypted.
 */
export const backupPartSchema = z.object({
  name: z.string(),
  bytes: z.int().nonnegative(),
  storedBytes: z.int().nonnegative(),
  sha256: z.string(),
})
export type BackupPart = z.infer<typeof backupPartSchema>
