import type { Parameter } from '../../domain/values/parameter.ts'

/** A whole number that a running engine takes, unless the facts say otherwise. */
export const exampleParameter = (name: string, facts: Partial<Parameter> = {}): Parameter => ({
  name,
  type: 'integer',
  min: null,
  max: null,
  values: null,
  unit: null,
  default: null,
  restart: false,
  readOnly: false,
  summary: '',
  ...facts,
})
