import { z } from 'zod'
import type { Parameter, ParameterType } from '../../../../domain/values/parameter.ts'
import type { EngineInstance } from '../../engine.ts'
import { withAdministration } from '../session.ts'

/** Of `pg_settings` (PostgreSQL documentation 54.24). Extensions that are loaded have theirs among them. */
const rowSchema = z.object({
  name: z.string(),
  vartype: z.string(),
  unit: z.string().nullable(),
  min_val: z.string().nullable(),
  max_val: z.string().nullable(),
  enumvals: z.array(z.string()).nullable(),
  boot_val: z.string().nullable(),
  context: z.string(),
  short_desc: z.string(),
})

const types: Readonly<Record<string, ParameterType>> = {
  bool: 'boolean',
  integer: 'integer',
  real: 'number',
  enum: 'enum',
  string: 'text',
}

/** Throws `EngineFault`, or the signal's reason. */
export const readParameters = (instance: EngineInstance, signal: AbortSignal): Promise<readonly Parameter[]> =>
  withAdministration(instance, 'postgres', signal, async (query) => {
    const rows = await query(`SELECT ${Object.keys(rowSchema.shape).join(', ')} FROM pg_settings ORDER BY lower(name)`)
    return rows.map((row) => parameterOf(rowSchema.parse(row)))
  })

const parameterOf = (row: z.infer<typeof rowSchema>): Parameter => ({
  name: row.name.toLowerCase(),
  type: types[row.vartype] ?? 'text',
  min: numberOf(row.min_val),
  max: numberOf(row.max_val),
  values: row.enumvals,
  unit: row.unit,
  default: row.boot_val,
  restart: row.context === 'postmaster',
  readOnly: row.context === 'internal',
  summary: row.short_desc,
})

const numberOf = (text: string | null): number | null => (text === null ? null : Number(text))
