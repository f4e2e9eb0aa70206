import {
  type GraphQLArgument,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'
import { createSchema } from '../../graphql/schema.ts'
import { table } from './table.ts'

type Described = { readonly name: string; readonly description?: string | null | undefined }
type Typed = Described & { readonly type: unknown; readonly args?: readonly GraphQLArgument[] }

const roots = ['Query', 'Mutation', 'Subscription'] as const

/** Everything that can be asked of the API, with what the schema says of it. */
export const graphqlPage = (): string => {
  const schema = createSchema()
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !(roots as readonly string[]).includes(type.name))
    .filter((type) => !(isScalarType(type) && isSpecifiedScalarType(type)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return [
    '# GraphQL',
    '',
    'The same as [`graphql/schema.graphql`](../../graphql/schema.graphql), for reading. `!`: never null. How to send requests is told in [the API](../guides/api.md).',
    ...[schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((root) =>
      root ? ['', `## ${root.name}`, '', ...fieldsOf(Object.values(root.getFields()))] : [],
    ),
    ...types.flatMap((type) => ['', `## ${type.name}`, '', ...described(type)]),
  ].join('\n')
}

const described = (type: GraphQLNamedType): readonly string[] => {
  const says = type.description ?? ''
  if (isEnumType(type)) {
    return [
      says,
      '',
      ...table(
        ['value', 'meaning'],
        type.getValues().map((each) => [`\`${each.name}\``, text(each)]),
      ),
    ]
  }
  if (isUnionType(type)) return [`${says} One of ${type.getTypes().map(linked).join(', ')}.`]
  if (isScalarType(type)) return [`${says} Specified at <${type.specifiedByURL}>.`]
  if (isObjectType(type) || isInterfaceType(type)) {
    const interfaces = type.getInterfaces().map(linked)
    const also = interfaces.length > 0 ? [`Is also ${interfaces.join(', ')}.`, ''] : []
    return [says, '', ...also, ...fieldsOf(Object.values(type.getFields()))]
  }
  return isInputObjectType(type) ? [says, '', ...fieldsOf(Object.values(type.getFields()))] : [says]
}

const fieldsOf = (fields: readonly Typed[]): readonly string[] =>
  table(
    ['field', 'type', 'meaning'],
    fields.map((field) => [`\`${field.name}${argumentsOf(field)}\``, `\`${field.type}\``, text(field)]),
  )

const argumentsOf = ({ args = [] }: Typed): string =>
  args.length === 0 ? '' : `(${args.map(({ name, type }) => `${name}: ${type}`).join(', ')})`

const text = ({ description }: Pick<Described, 'description'>): string => description ?? ''

const linked = ({ name }: GraphQLNamedType): string => `[${name}](#${name.toLowerCase()})`
