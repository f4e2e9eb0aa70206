import { complexityFromQuery } from '@pothos/plugin-complexity'
import { type DocumentNode, type ExecutionArgs, GraphQLError, type GraphQLSchema, getOperationAST, Kind } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { ApiError } from '../errors.ts'
import type { ApiLimits } from '../limits.ts'
import { createIntrospectionCost } from './introspection-cost.ts'

export type CostLimits = Pick<ApiLimits, 'complexity' | 'introspections'>

/**
 * Adds up what an operation would cost with its variables filled in, and refuses it over the limit before any resolver runs. A field
 * costs 1, what is below a list as many times as the list is asked for. Introspection, whose lists nobody chooses the length of, is
 * measured by itself.
 */
export const useComplexityLimit = (schema: GraphQLSchema, limits: CostLimits): Plugin => {
  const refusal = createRefusal(schema, limits)
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const error = refusal(args)
      if (error) setResultAndStopExecution({ errors: [error] })
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const error = refusal(args)
      if (error) setResultAndStopExecution({ errors: [error] })
    },
  }
}

type Measured = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues' | 'contextValue'>

const createRefusal = (schema: GraphQLSchema, { complexity: limit, introspections }: CostLimits) => {
  /** Without variables the cost is the document's alone. */
  const constant = new WeakMap<DocumentNode, number>()
  const introspection = createIntrospectionCost(schema)
  const introspectionLimit = introspections * introspection.full

  return (args: Measured): ApiError | null => {
    const operation = getOperationAST(args.document, args.operationName)
    const introspected = operation ? introspection.of(args.document, operation) : 0
    if (introspected > introspectionLimit) {
      return new ApiError(
        'QUERY_TOO_COMPLEX',
        `the introspection costs ${introspected}: at most ${introspectionLimit} is accepted; ask for parts of the schema, or once for all of it`,
      )
    }
    const cost = constant.get(args.document) ?? measure(args)
    if (cost === null || cost <= limit) return null
    return new ApiError(
      'QUERY_TOO_COMPLEX',
      `the operation costs ${cost}: at most ${limit} is accepted; ask for fewer at a time`,
    )
  }

  /** Null where execution will refuse the operation anyway. That its variables fit was checked before (input-check.ts). */
  function measure({ schema, document, operationName, variableValues, contextValue }: Measured): number | null {
    const operation = getOperationAST(document, operationName)
    if (!operation) return null
    const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
    try {
      const { complexity } = complexityFromQuery(
        { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
        { schema, ctx: contextValue as object, variables: { ...variableValues } },
      )
      const isConstant = !operation.variableDefinitions?.length && document.definitions.length === 1 + fragments.length
      if (isConstant) constant.set(document, complexity)
      return complexity
    } catch (error) {
      if (error instanceof GraphQLError) return null
      throw error
    }
  }
}
