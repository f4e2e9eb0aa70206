import { globSync, readFileSync } from 'node:fs'
import { complexityFromQuery } from '@pothos/plugin-complexity'
import { buildSchema, Kind, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../../graphql/limits.ts'
import { createSchema } from '../../../../graphql/schema.ts'
import * as generated from '../../../../ops/cli/generated/graphql.ts'
import { pageSize } from '../../../../ops/cli/pages.ts'

const schema = buildSchema(readFileSync(new URL('../../../../graphql/schema.graphql', import.meta.url), 'utf8'))
const documents = Object.entries(generated).filter(([name]) => name.endsWith('Document'))

const fieldsOf = (document: string): readonly string[] =>
  parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.operation === 'mutation'
      ? definition.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []))
      : [],
  )

describe('the documents of the client', () => {
  it('are text, which is sent as it is', () => {
    expect(documents.length).toBeGreaterThan(40)
  })

  it.each(documents)('%s fits the committed schema', (_name, document) => {
    expect(validate(schema, parse(String(document))).map(({ message }) => message)).toEqual([])
  })

  const api = createSchema()
  const paged = documents.filter(([, document]) => String(document).includes('$first: Int'))
  it.each(paged)('%s costs no more than the API accepts, with the longest page that is asked for', (_, document) => {
    const { complexity } = complexityFromQuery(String(document), {
      schema: api,
      variables: { first: pageSize, newestFirst: true },
    })
    expect(complexity).toBeLessThanOrEqual(defaultLimits.complexity)
  })

  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})
  const sources = globSync('ops/cli/**/*.ts', { exclude: ['ops/cli/generated/**'] })
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const sent = documents.flatMap(([name, document]) =>
    new RegExp(`\\b${name}\\b`).test(sources) ? fieldsOf(String(document)) : [],
  )
  it.each(mutations)('reach the mutation %s, by a command that sends one', (mutation) => {
    expect(sent).toContain(mutation)
  })
})
