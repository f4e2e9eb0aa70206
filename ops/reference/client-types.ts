import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { preset } from '@graphql-codegen/client-preset'
import { codegen } from '@graphql-codegen/core'
import type { Types } from '@graphql-codegen/plugin-helpers'
import { buildASTSchema, type DocumentNode, parse, visit } from 'graphql'
import { schemaText } from '../../graphql/print-schema.ts'
import { programDir } from '../program-info.ts'

const directory = 'ops/cli/documents'

const folder = 'ops/cli/generated'
const note = `/* Generated from ${directory} and the schema: run "npm run docs". */`

/**
 * The types of what the client sends and gets, by the client preset of GraphQL Code Generator. Apart from the documents: this file is named in
 * type imports alone, and never loaded.
 */
export const clientTypes = async (): Promise<string> =>
  `${note}\n${await codegen(await partOf('typescript-operations'))}`

/** What the client sends, as text that loads nothing else. */
export const clientDocuments = async (): Promise<string> => {
  const part = await partOf('typed-document-node')
  const text = await codegen({ ...part, config: { ...part.config, importOperationTypesFrom: 'Types' } })
  // Indented documents would be half blanks, which every command would read.
  return `${note}\nimport type * as Types from './types.ts'\nexport type * from './types.ts'\n${text.replaceAll(/\n +/g, '\n ')}`
}

/** What the preset has one of its plugins make. */
const partOf = async (plugin: string): Promise<Types.GenerateOptions> => {
  const schema = withoutDescriptions(parse(schemaText()))
  const documents = globSync('*.graphql', { cwd: join(programDir, directory) })
    .toSorted()
    .map((name) => {
      const rawSDL = readFileSync(join(programDir, directory, name), 'utf8')
      return { location: join(directory, name), document: parse(rawSDL), rawSDL }
    })
  const files = await preset.buildGeneratesSection({
    baseOutputDir: `${folder}/`,
    schema,
    schemaAst: buildASTSchema(schema),
    documents,
    config: {
      documentMode: 'string',
      inlineFragmentTypes: 'combine',
      immutableTypes: true,
      useTypeImports: true,
      scalars: { ID: 'string', DateTime: 'string', JSON: 'unknown' },
      strictScalars: true,
    },
    presetConfig: { fragmentMasking: false, skipIndexFile: true },
    plugins: [],
    pluginMap: {},
    documentTransforms: [],
  })
  const file = files.find(({ filename }) => filename.endsWith('/graphql.ts'))
  const plugins = file?.plugins.filter((each) => plugin in each) ?? []
  if (!file || plugins.length === 0) throw new Error(`the preset has no plugin ${plugin} any more`)
  return { ...file, plugins }
}

const withoutDescriptions = (schema: DocumentNode): DocumentNode =>
  visit(schema, { enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined) })
