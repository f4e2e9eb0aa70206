import { z } from 'zod'
import { eventCatalogue } from '../../domain/catalogue.ts'
import type { EventDefinition } from '../../domain/event-definition.ts'
import { table } from './table.ts'

/** Every stored event type with its current version and the shape of its data. */
export const eventsPage = (): string => {
  const rows = Object.entries<EventDefinition>(eventCatalogue)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, { version, schema }]) => [`\`${type}\``, String(version), dataOf(schema)])
  return [
    '# Events',
    '',
    'The types of the events in the log. Each event also carries metadata: its id, time, actor, `commandId`, `correlationId`, `causationId` and `traceparent`.',
    'A field with `?` may be absent. [Compatibility](compatibility.md) says how long a version is read.',
    '',
    ...table(['type', 'version', 'data'], rows),
  ].join('\n')
}

type Shape = z.core.JSONSchema.JSONSchema

const dataOf = (schema: z.ZodType): string => {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const fields = Object.entries(shape.properties ?? {})
  if (fields.length === 0) return ''
  return fields
    .map(([name, field]) => {
      const mark = shape.required?.includes(name) ? '' : '?'
      return `\`${name}${mark}\`: ${typeof field === 'boolean' ? 'any' : kindOf(field)}`
    })
    .join('<br>')
}

/** A JSON Schema in a word or a few: nested objects keep their names of fields. */
const kindOf = (shape: Shape): string => {
  const choices = shape.anyOf ?? shape.oneOf
  if (choices) return unique(choices.map((each) => (typeof each === 'boolean' ? 'any' : kindOf(each)))).join(' or ')
  if (shape.const !== undefined) return `\`${String(shape.const)}\``
  if (shape.enum) return shape.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (shape.type === 'array') {
    const items = Array.isArray(shape.items) ? undefined : shape.items
    return items && typeof items !== 'boolean' ? `list of ${kindOf(items)}` : 'list'
  }
  if (shape.type === 'object') {
    const names = Object.keys(shape.properties ?? {})
    return names.length > 0 ? `object (${names.join(', ')})` : 'object'
  }
  return shape.format === 'date-time' ? 'time' : (shape.type?.toString() ?? 'any')
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)]
