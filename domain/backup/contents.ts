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

/** What is in the store of a backup that is whole. `location`: what the keys of its objects begin with. `version`: of the engine that was copied. */
export const backupContentsSchema = z.object({
  location: z.string(),
  version: z.string(),
  parts: z.array(backupPartSchema),
})
export type BackupContents = z.infer<typeof backupContentsSchema>

export const bytesOf = ({ parts }: BackupContents): { readonly bytes: number; readonly storedBytes: number } => ({
  bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  storedBytes: parts.reduce((sum, part) => sum + part.storedBytes, 0),
})
