import { z } from 'zod'
import { backupIdSchema, instanceIdSchema } from '../ids.ts'
import { knownUserSchema } from '../values/access.ts'
import { sealedSchema } from '../values/instance-spec.ts'
import { backupContentsSchema } from './contents.ts'

/**
 * What an instance is made of instead of a template: a backup of `instanceId`. `sealedKey`: what it is encrypted by, sealed to the host that restores it.
 * `databases`, `users`, `rootEnabled`: what is in it, as far as it was made with Coffer.
 */
export const restoreSourceSchema = z.object({
  backupId: backupIdSchema,
  instanceId: instanceIdSchema,
  contents: backupContentsSchema,
  sealedKey: sealedSchema,
  databases: z.array(z.string()),
  users: z.array(knownUserSchema),
  rootEnabled: z.boolean(),
  /** It is restored to be read once, and deleted then. */
  throwaway: z.boolean().optional(),
})
export type RestoreSource = z.infer<typeof restoreSourceSchema>

/** What was read of all data that was restored. */
export const readDataSchema = z.object({ tables: z.int().nonnegative(), rows: z.int().nonnegative() })
