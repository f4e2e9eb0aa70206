import { z } from 'zod'
import type { Parameter, ParameterType } from '../../../../domain/values/parameter.ts'
import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

/** Of `information_schema.SYSTEM_VARIABLES` (MariaDB documentation). All are texts on the wire. */
const rowSchema = z.object({
  VARIABLE_NAME: z.string(),
  VARIABLE_TYPE: z.string(),
  NUMERIC_MIN_VALUE: z.string().nullable(),
  NUMERIC_MAX_VALUE: z.string().nullable(),
  ENUM_VALUE_LIST: z.string().nullable(),
  READ_ONLY: z.string(),
  COMMAND_LINE_ARGUMENT: z.string().nullable(),
  DEFAULT_VALUE: z.string().nullable(),
  VARIABLE_COMMENT: z.string(),
})

const types: Readonly<Record<string, ParameterType>> = {
  BOOLEAN: 'boolean',
  INT: 'integer',
  'INT UNSIGNED': 'integer',
  BIGINT: 'integer',
  'BIGINT UNSIGNED': 'integer',
  DOUBLE: 'number',
  ENUM: 'enum',
  SET: 'set',
  // A list of `name=on|off|default`, which the server checks when it is started on it.
  FLAGSET: 'text',
}

const longestSummary = 300

/** Throws `EngineFault`, or the signal's reason. */
export const readParameters = (instance: EngineInstance, signal: AbortSignal): Promise<readonly Parameter[]> =>
  withAdministration(instance, signal, async (query) => {
    const columns = Object.keys(rowSchema.shape).join(', ')
    const rows = await query(`SELECT ${columns} FROM information_schema.SYSTEM_VARIABLES ORDER BY VARIABLE_NAME`)
    return rows.map((row) => parameterOf(rowSchema.parse(row)))
  })

/** A variable without an option on the command line cannot be in the file of options either. */
const parameterOf = (row: z.infer<typeof rowSchema>): Parameter => {
  const type = types[row.VARIABLE_TYPE] ?? 'text'
  const hasValues = type === 'enum' || type === 'set'
  return {
    name: row.VARIABLE_NAME.toLowerCase(),
    type,
    min: numberOf(row.NUMERIC_MIN_VALUE),
    max: numberOf(row.NUMERIC_MAX_VALUE),
    values: hasValues && row.ENUM_VALUE_LIST !== null ? row.ENUM_VALUE_LIST.split(',') : null,
    unit: null,
    default: row.DEFAULT_VALUE,
    restart: row.READ_ONLY === 'YES',
    readOnly: row.COMMAND_LINE_ARGUMENT === null,
    summary: row.VARIABLE_COMMENT.slice(0, longestSummary),
  }
}

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text))
