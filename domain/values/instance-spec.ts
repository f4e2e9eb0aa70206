import { z } from 'zod'
import { datastoreTypes } from '../engines/registry.ts'
import { flavorIdSchema, projectIdSchema } from '../ids.ts'
import { accessLevelSchema } from './access.ts'
import { healthStates } from './health.ts'
import { resourcesSchema } from './resources.ts'

export const datastoreTypeSchema = z.enum(datastoreTypes)
export type DatastoreType = z.infer<typeof datastoreTypeSchema>

/** What an instance is to be. `version` is exact (`17.10`), never a range. */
export const instanceSpecSchema = resourcesSchema.extend({
  datastore: datastoreTypeSchema,
  version: z.string(),
  flavor: flavorIdSchema,
})
export type InstanceSpec = z.infer<typeof instanceSpecSchema>

/** A secret that only the agent can read, as `commands/secrets/seal.ts` makes it: `<number of the sealing key>.<box>`. */
export const sealedSchema = z.string().brand<'Sealed'>()
export type Sealed = z.infer<typeof sealedSchema>

export const databaseSpecSchema = z.object({
  name: z.string(),
  characterSet: z.string().optional(),
  collation: z.string().optional(),
})
export type DatabaseSpec = z.infer<typeof databaseSpecSchema>

/**
 * `databases`: those the user may use. `level`: what it may do in each of them, or in the whole engine where its databases have no names; absent means all. `host`:
 * from where it may come; absent means everywhere.
 */
export const userSpecSchema = z.object({
  name: z.string(),
  sealedPassword: sealedSchema,
  databases: z.array(z.string()),
  level: accessLevelSchema.optional(),
  host: z.string().optional(),
})
export type UserSpec = z.infer<typeof userSpecSchema>

/** Where clients connect. */
export const endpointSchema = z.object({ host: z.string(), port: z.int().min(1).max(65535) })
export type Endpoint = z.infer<typeof endpointSchema>

export const healthSchema = z.enum(healthStates)

/** Whose an instance is and what it is to be, as its host was told when it was made. */
export const instanceLabelSchema = z.object({
  projectId: projectIdSchema,
  name: z.string(),
  spec: instanceSpecSchema,
})
export type InstanceLabel = z.infer<typeof instanceLabelSchema>
