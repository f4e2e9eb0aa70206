import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getIntrospectionQuery,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
} from 'graphql'

/** What the introspection in an operation costs, in fields answered. The document must be valid. */
export type IntrospectionCost = {
  of(document: DocumentNode, operation: OperationDefinitionNode): number
  /** The cost of the query by which tools read the whole schema, with everything it can ask for. */
  readonly full: number
}

/** Each field of introspection costs 1, and what is below a list as many times as that list is long in this schema on average. */
export const createIntrospectionCost = (schema: GraphQLSchema): IntrospectionCost => {
  const lengths = listLengths(schema)

  const of = (document: DocumentNode, operation: OperationDefinitionNode): number => {
    const fragments = new Map<string, FragmentDefinitionNode>()
    for (const node of document.definitions)
      if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
    const measured = new Map<SelectionSetNode, number>()

    /** What is within introspection counts; beside it, at the top of the operation, nothing does. */
    const measure = (set: SelectionSetNode, within: boolean): number => {
      const known = measured.get(set)
      if (known !== undefined) return known
      let cost = 0
      for (const node of set.selections) {
        if (node.kind === Kind.FIELD) {
          const { value: name } = node.name
          if (!within && name !== '__schema' && name !== '__type') continue
          const below = node.selectionSet ? measure(node.selectionSet, true) : 0
          cost += 1 + (lengths.get(name) ?? 1) * below
        } else {
          const inner =
            node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet : node.selectionSet
          if (inner) cost += measure(inner, within)
        }
      }
      measured.set(set, cost)
      return cost
    }
    return measure(operation.selectionSet, false)
  }

  const fullQuery = parse(
    getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    }),
  )
  const fullOperation = getOperationAST(fullQuery)
  if (!fullOperation) throw new Error('the introspection query is no operation')
  return { of, full: of(fullQuery, fullOperation) }
}

/** The lists of introspection by name, and how long they are where they are not empty: on average, rounded up. */
const listLengths = (schema: GraphQLSchema): ReadonlyMap<string, number> => {
  const types = Object.values(schema.getTypeMap())
  const directives = schema.getDirectives()
  const composites = types.filter((type) => isObjectType(type) || isInterfaceType(type))
  const fields = composites.map((type) => Object.values(type.getFields()))
  return new Map([
    ['types', types.length],
    ['directives', directives.length],
    ['fields', averageLength(fields)],
    ['args', averageLength([...fields.flat(), ...directives].map(({ args }) => args))],
    ['inputFields', averageLength(types.filter(isInputObjectType).map((type) => Object.values(type.getFields())))],
    ['enumValues', averageLength(types.filter(isEnumType).map((type) => type.getValues()))],
    ['interfaces', averageLength(composites.map((type) => type.getInterfaces()))],
    ['possibleTypes', averageLength(types.map((type) => ('getTypes' in type ? type.getTypes() : [])))],
    ['locations', averageLength(directives.map(({ locations }) => locations))],
  ])
}

const averageLength = (lists: readonly (readonly unknown[])[]): number => {
  const filled = lists.filter(({ length }) => length > 0)
  return Math.ceil(filled.flat().length / Math.max(1, filled.length))
}
