import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  printSchema,
} from 'graphql'
import { expect, it } from 'vitest'
import { createSchema } from '../../../graphql/schema.ts'
import { createTempDir } from '../../support/temp-dir.ts'

/** It comes without types: the path of its program, null where there is none for this machine. */
const program = createRequire(import.meta.url)('relay-compiler') as string | null
const temp = createTempDir('relay-compiler')
const compilerMs = 30_000

type Compiled = { readonly failed: boolean; readonly output: string; readonly artifacts: readonly string[] }

/** Compiles documents against a schema as a client's build does. Each document is in a file of its own, after which its fragments are named. */
const compile = (schema: string, documents: Readonly<Record<string, string>>): Promise<Compiled> => {
  const directory = temp.next()
  const [sources, artifacts] = [join(directory, 'src'), join(directory, 'artifacts')]
  mkdirSync(sources, { recursive: true })
  mkdirSync(artifacts)
  writeFileSync(join(directory, 'schema.graphql'), schema)
  const config = { src: './src', schema: './schema.graphql', language: 'javascript', artifactDirectory: './artifacts' }
  writeFileSync(join(directory, 'relay.config.json'), JSON.stringify(config))
  for (const [module, document] of Object.entries(documents)) {
    writeFileSync(join(sources, `${module}.js`), `export default graphql\`${document}\`\n`)
  }
  return new Promise((resolve) => {
    const options = { cwd: directory, timeout: compilerMs, env: { NO_COLOR: '1' } }
    execFile(program ?? '', ['relay.config.json'], options, (error, out, err) =>
      resolve({ failed: error !== null, output: `${out}${err}`, artifacts: readdirSync(artifacts) }),
    )
  })
}

const nodesOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] => {
  const node = schema.getType('Node')
  return isInterfaceType(node) ? schema.getPossibleTypes(node) : []
}

const isConnection = ({ type }: GraphQLField<unknown, unknown>): boolean =>
  getNamedType(type).name.endsWith('Connection')

/** A node that is fetched again by its id. */
const refetchable = ({ name }: Pick<GraphQLObjectType, 'name'>) => ({
  [`again${name}`]: `fragment again${name}_node on ${name} @refetchable(queryName: "again${name}RefetchQuery") { id __typename }`,
})

/** A list of which the next pages are fetched. */
const paged = (type: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => {
  const module = `paged${type.name}${field.name}`
  const nodeType = getNamedType(field.type).name.replace('Connection', '')
  const arguments_ = '@argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })'
  return {
    [module]: `fragment ${module}_list on ${type.name}
      @refetchable(queryName: "${module}NextQuery") ${arguments_} {
        ${field.name}(first: $count, after: $cursor) @connection(key: "${module}_list_${field.name}") {
          edges { node { __typename ... on ${nodeType} { __typename } } }
        }
      }`,
  }
}

const schema = createSchema()
const refetches = nodesOf(schema)
const pages = [schema.getQueryType(), ...refetches].filter(isObjectType).flatMap((type) =>
  Object.values(type.getFields())
    .filter((field) => isConnection(field) && !field.args.some(isRequiredArgument))
    .map((field) => [type, field] as const),
)

it('relay-compiler takes every node as refetchable and every list as a connection with further pages', async () => {
  expect(refetches.map(({ name }) => name)).toEqual(expect.arrayContaining(['Instance', 'Operation', 'Backup']))
  expect(pages.map(([type, { name }]) => `${type.name}.${name}`)).toEqual(
    expect.arrayContaining(['Query.instances', 'Instance.backups']),
  )
  const documents = Object.assign({}, ...refetches.map(refetchable), ...pages.map((page) => paged(...page)))
  const { failed, output, artifacts } = await compile(printSchema(schema), documents)
  expect({ failed, output }).toEqual({ failed: false, output: expect.any(String) })
  expect(artifacts).toEqual(
    expect.arrayContaining([
      ...refetches.map(({ name }) => `again${name}RefetchQuery.graphql.js`),
      ...pages.map(([type, { name }]) => `paged${type.name}${name}NextQuery.graphql.js`),
    ]),
  )
})

it('relay-compiler refuses a node that cannot be fetched by its id', async () => {
  const withoutNode = printSchema(schema).replace('type Instance implements Node & ', 'type Instance implements ')
  const { failed, output } = await compile(withoutNode, refetchable({ name: 'Instance' }))
  expect(failed).toBe(true)
  expect(output).toContain('@refetchable')
})
