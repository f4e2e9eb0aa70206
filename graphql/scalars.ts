import { GraphQLError } from 'graphql'
import type { SchemaParts } from './builder.ts'

export const addScalars = ({ builder }: SchemaParts): void => {
  builder.scalarType('DateTime', {
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    description: 'A moment as ISO 8601 in UTC, such as `2025-03-01T12:00:00.000Z`.',
    serialize: (value) => value,
    // Whether it is a date is decided with the other values of a command, so that a wrong one is a typed refusal.
    parseValue: (value) => {
      if (typeof value !== 'string') throw new GraphQLError('a DateTime is a string in ISO 8601')
      return value
    },
  })
  builder.scalarType('JSON', {
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    description: 'Any JSON value.',
    serialize: (value) => value,
    parseValue: (value) => value,
  })
}
