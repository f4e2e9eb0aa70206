import { readFileSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import * as generated from '../../../../ops/cli/generated/graphql.ts'

const schema = buildSchema(readFileSync(new URL('../../../../graphql/schema.graphql', import.meta.url), 'utf8'))
const documents = Object.entries(generated).filter(([name]) => name.endsWith('Document'))

describe('the documents of the client', () => {
  it('are text, which is sent as it is', () => {
    expect(documents.length).toBeGreaterThan(40)
  })

  it.each(documents)('%s fits the committed schema', (_name, document) => {
    expect(validate(schema, parse(String(document))).map(({ message }) => message)).toEqual([])
  })
})
