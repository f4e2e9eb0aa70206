import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { printSchema } from 'graphql'
import { createSchema } from './schema.ts'

/** The contract as text, sorted, as it stands in `graphql/schema.graphql`. */
export const schemaText = (): string => `${printSchema(createSchema())}\n`

export const schemaFile = new URL('schema.graphql', import.meta.url)

// Run as a program (`node graphql/print-schema.ts`) it writes the file; a test fails when the file is not what this would write.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(schemaFile, schemaText())
}
