import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
  type ValidationRule,
  type ValueNode,
  ValuesOfCorrectTypeRule,
  type VariableDefinitionNode,
  validateInputLiteral,
  validateInputValue,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { describeInvalidInput, foundInNode, foundInValue, inputPath } from './invalid-input.ts'

/** Finding one fault costs as much as printing the input, since the library prints it. More are not looked for. */
const maxFaults = 5

/**
 * Refuses an operation whose variables do not fit, before its cost is added up and before it is executed. Both coerce the variables
 * again, the former without a limit on errors, and their messages hold the values.
 */
export const useVariableCheck = (): Plugin => ({
  onExecute: ({ args, setResultAndStopExecution }) => {
    const errors = faultsOf(args)
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
  onSubscribe: ({ args, setResultAndStopExecution }) => {
    const errors = faultsOf(args)
    if (errors.length > 0) setResultAndStopExecution({ errors })
  },
})

type Checked = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>

const faultsOf = ({ schema, document, operationName, variableValues }: Checked): readonly GraphQLError[] => {
  const errors: GraphQLError[] = []
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    for (const message of faultsOfVariable(schema, definition, variableValues ?? {})) {
      errors.push(
        new GraphQLError(message, { nodes: definition, extensions: { code: 'BAD_REQUEST', http: { status: 400 } } }),
      )
    }
    if (errors.length >= maxFaults) break
  }
  return errors
}

const faultsOfVariable = (
  schema: GraphQLSchema,
  { type: typeNode, variable, defaultValue }: VariableDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly string[] => {
  const type = typeFromAST(schema, typeNode)
  if (!isInputType(type)) throw new Error('an operation is executed that has not passed validation')
  const name = variable.name.value
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (value === undefined) {
    return isNonNullType(type) && !defaultValue ? [`the variable $${name} of type ${type} is needed`] : []
  }
  return distinctFaults((onFault) =>
    validateInputValue(value, type, (_error, path) => {
      const what = describeInvalidInput({ type, path, found: foundInValue(value, path) })
      onFault(`the variable $${inputPath([name, ...path])} does not fit: ${what}`)
    }),
  )
}

/** The rules of validation, with messages about values that do not show them. */
export const withQuietValues = (rules: readonly ValidationRule[]): readonly ValidationRule[] =>
  rules.map((rule) => (rule === ValuesOfCorrectTypeRule ? quietValuesRule : rule))

/** The specification's rule, but for its messages. */
const quietValuesRule: ValidationRule = (context) => {
  const check = (node: ValueNode, type: GraphQLInputType | null | undefined): false => {
    if (!type) return false
    const messages = distinctFaults((onFault) =>
      validateInputLiteral(node, type, (_error, path) => {
        const what = describeInvalidInput({ type, path, found: foundInNode(node, path) })
        onFault(
          path.length > 0 ? `the value at ${inputPath(path)} does not fit: ${what}` : `the value does not fit: ${what}`,
        )
      }),
    )
    for (const message of messages) context.reportError(new GraphQLError(message, { nodes: node }))
    return false
  }
  const checkHere = (node: ValueNode): false => check(node, context.getInputType())
  return {
    NullValue: checkHere,
    // Inside of a list, the type "here" is that of its items.
    ListValue: (node) => check(node, context.getParentInputType()),
    ObjectValue: checkHere,
    EnumValue: checkHere,
    IntValue: checkHere,
    FloatValue: checkHere,
    StringValue: checkHere,
    BooleanValue: checkHere,
  }
}

/** What `find` tells of, each once. It is stopped, which takes a throw, when it has told of as many as are looked for. */
const distinctFaults = (find: (onFault: (message: string) => void) => void): readonly string[] => {
  const messages = new Set<string>()
  const enough = Symbol('enough')
  let count = 0
  try {
    find((message) => {
      messages.add(message)
      count += 1
      if (count >= maxFaults) throw enough
    })
  } catch (thrown) {
    if (thrown !== enough) throw thrown
  }
  return [...messages]
}
