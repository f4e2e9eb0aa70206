import { printSchema } from 'graphql'
import { createSchema } from './schema.ts'

/** The contract as text, sorted, as it stands in `graphql/schema.graphql`. */
export const schemaText = (): string => `${printSchema(createSchema())}\n`
