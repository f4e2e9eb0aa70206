import { z } from 'zod'
import { type AccessLevel, accessLevels } from './access-levels.ts'

export const accessLevelSchema = z.enum(accessLevels)

/** What a user may do in a database. `database` null: in the whole engine, where its databases have no names. */
export const accessSchema = z.object({ database: z.string().nullable(), level: accessLevelSchema })
export type Access = z.infer<typeof accessSchema>

/** The same level in each; in the whole engine where its databases have no names. */
export const accessTo = (databases: readonly string[], level: AccessLevel, named: boolean): readonly Access[] =>
  named ? databases.map((database) => ({ database, level })) : [{ database: null, level }]

/** A user as Coffer made it. `host`: from where it may come; null for everywhere. */
export const knownUserSchema = z.object({
  name: z.string(),
  host: z.string().nullable(),
  access: z.array(accessSchema),
})
