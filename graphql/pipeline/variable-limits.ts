import { ApiError } from '../errors.ts'
import type { ApiLimits } from '../limits.ts'

export type VariableLimits = Pick<ApiLimits, 'variableValues' | 'variableDepth' | 'variableListLength'>

/**
 * Refuses variables that are too many, too deep or too long before anything coerces them: whatever follows walks them several times
 * and recursively. Answers how many values they have. Throws `QUERY_TOO_COMPLEX`.
 */
export const checkVariables = (variables: unknown, limits: VariableLimits): number => {
  let values = 0
  const walk = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null) return
    if (depth > limits.variableDepth)
      throw tooComplex(`are nested more than ${limits.variableDepth} levels deep, which is the most that is accepted`)
    const items = Object.values(value)
    if (Array.isArray(value) && items.length > limits.variableListLength)
      throw tooComplex(`have a list of ${items.length} items: at most ${limits.variableListLength} are accepted`)
    values += items.length
    if (values > limits.variableValues)
      throw tooComplex(`have more than ${limits.variableValues} values, which is the most that is accepted`)
    for (const item of items) walk(item, depth + 1)
  }
  walk(variables, 0)
  return values
}

const tooComplex = (what: string): ApiError => new ApiError('QUERY_TOO_COMPLEX', `the variables ${what}`)
