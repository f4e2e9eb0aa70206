import { readdirSync, readFileSync } from 'node:fs'
import {
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { allNouns } from '../../../graphql/nouns/registry.ts'
import { createSchema, findersOf } from '../../../graphql/schema.ts'
import { createApiUnderTest } from './api-under-test.ts'

describe('the schema', () => {
  it('describes every type, field, argument, input field and value, and says where its scalars are specified', () => {
    const missing: string[] = []
    const check = (name: string, described: { readonly description?: string | null | undefined }): void => {
      if (!described.description) missing.push(name)
    }
    for (const type of Object.values(createSchema().getTypeMap())) {
      if (type.name.startsWith('__')) continue
      check(type.name, type)
      if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value)
      if (isScalarType(type) && !isSpecifiedScalarType(type)) {
        check(`where ${type.name} is specified`, { description: type.specifiedByURL })
      }
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field)
        if ('args' in field) for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg)
      }
    }
    expect(missing).toEqual([])
  })

  it('finds objects of every type that is a node, and of no other, by their ids', () => {
    const schema = createSchema()
    const type = schema.getType('Node')
    const nodes = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : []
    expect([...findersOf(allNouns).keys()].sort()).toEqual(nodes.toSorted())
  })

  it('has every noun that is defined', () => {
    const folder = new URL('../../../graphql/nouns/', import.meta.url)
    const defined = readdirSync(folder).filter((name) =>
      readFileSync(new URL(name, folder), 'utf8').includes(': Noun = {'),
    )
    expect(defined).toHaveLength(allNouns.length)
  })

  it('says every code a refusal can have', () => {
    const type = createSchema().getType('RefusalCode')
    expect(isEnumType(type) && type.getValues().map(({ name }) => name)).toContain('IDEMPOTENCY_KEY_REUSED')
  })

  it('can be explored by tools: introspection passes all limits', async () => {
    const { ask } = createApiUnderTest()
    const { data, errors } = await ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))
    expect(errors).toEqual([])
    expect(data.__schema.queryType.name).toBe('Query')
  })

  // The rules `relay-arguments`, `relay-connection-types`, `relay-edge-types` and `relay-page-info` of @graphql-eslint, which does not know graphql 17.
  it('gives every list from its start and from its end, with cursors and a count, as Relay asks', () => {
    const types = Object.values(createSchema().getTypeMap())
    const objects = types.filter(isObjectType).filter(({ name }) => !name.startsWith('__'))
    const fields = objects.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    const lists = fields.filter(({ field }) => /Connection!?$/.test(String(field.type)))
    expect(lists.length).toBeGreaterThan(10)
    for (const { type, field } of lists) {
      const args = Object.fromEntries(field.args.map(({ name, type: of }) => [name, String(of)]))
      expect(args, `${type.name}.${field.name}`).toMatchObject({
        first: 'Int',
        after: 'String',
        last: 'Int',
        before: 'String',
      })
    }
    const shapeOf = (name: string) => {
      const type = objects.find((each) => each.name === name)
      return Object.fromEntries(Object.values(type?.getFields() ?? {}).map((each) => [each.name, String(each.type)]))
    }
    const connections = objects.map(({ name }) => name).filter((name) => name.endsWith('Connection'))
    expect(new Set(lists.map(({ field }) => String(field.type).replace('!', '')))).toEqual(new Set(connections))
    for (const connection of connections) {
      const of = connection.replace('Connection', '')
      const shape = { edges: `[${of}Edge!]!`, nodes: `[${of}!]!`, pageInfo: 'PageInfo!', totalCount: 'Int' }
      expect(shapeOf(connection)).toEqual(shape)
      expect(shapeOf(`${of}Edge`)).toEqual({ cursor: 'String!', node: `${of}!` })
      const node = objects.find(({ name }) => name === of)
      expect(
        node?.getInterfaces().map(({ name }) => name),
        of,
      ).toContain('Node')
    }
    expect(objects.map(({ name }) => name).filter((name) => name.endsWith('Edge'))).toHaveLength(connections.length)
    expect(shapeOf('PageInfo')).toEqual({
      hasNextPage: 'Boolean!',
      hasPreviousPage: 'Boolean!',
      startCursor: 'String',
      endCursor: 'String',
    })
  })

  it('takes mutations with a key and, where they change an instance, with the version last seen', () => {
    const mutations = Object.values(createSchema().getMutationType()?.getFields() ?? {})
    expect(mutations.length).toBeGreaterThan(0)
    const onInstances = new Set([
      'renameInstance',
      'updateInstance',
      'restartInstance',
      'stopInstance',
      'startInstance',
      'resizeInstance',
      'createDatabase',
      'deleteDatabase',
      'createUsers',
      'deleteUsers',
      'changePassword',
      'grantAccess',
      'revokeAccess',
      'enableRoot',
      'disableRoot',
      'refreshAccounts',
      'createExtension',
      'dropExtension',
      'attachConfiguration',
      'detachConfiguration',
      'deleteInstance',
    ])
    for (const { name, args } of mutations) {
      const input = createSchema().getType(String(args[0]?.type).replace('!', ''))
      const fields = isInputObjectType(input) ? Object.keys(input.getFields()) : []
      expect(fields, name).toContain('idempotencyKey')
      expect(fields.includes('expectedVersion'), name).toBe(onInstances.has(name))
    }
  })
})
