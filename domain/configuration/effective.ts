import { engineOf } from '../engines/registry.ts'
import type { KnownConfiguration } from '../instance/known.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { Parameter } from '../values/parameter.ts'
import type { Resources } from '../values/resources.ts'

/** From where an instance has the value of a parameter: a configuration group, Coffer, or the engine itself. */
export type ValueSource = 'GROUP' | 'COFFER' | 'ENGINE'

/** `value`: what the engine has; null for none. `pending`: what it has from its next start on; undefined where that is the same. */
export type EffectiveValue = {
  readonly parameter: Parameter
  readonly value: string | null
  readonly source: ValueSource
  readonly pending: string | null | undefined
}

type Configured = {
  readonly datastore: DatastoreType
  readonly version: string
  readonly resources: Resources
  readonly configuration: KnownConfiguration
}

/** The value that an instance has of every parameter of its engine that can be set, or that Coffer has set. */
export const effectiveValues = (
  { datastore, version, resources, configuration: { values, effective } }: Configured,
  parameters: readonly Parameter[],
): readonly EffectiveValue[] => {
  const own = engineOf(datastore).configuration.defaults(resources, version)
  return parameters.map((parameter) => {
    const { name } = parameter
    const otherwise = Object.hasOwn(own, name) ? String(own[name]) : parameter.default
    const isOf = (given: Readonly<Record<string, string>>): boolean => Object.hasOwn(given, name)
    const value = isOf(effective) ? (effective[name] ?? null) : otherwise
    const next = isOf(values) ? (values[name] ?? null) : otherwise
    const source = isOf(effective) ? 'GROUP' : Object.hasOwn(own, name) ? 'COFFER' : 'ENGINE'
    return { parameter, value, source, pending: next === value ? undefined : next }
  })
}

/** The parameters whose values take effect with the next start of the engine, by name. */
export const pendingParameters = ({
  values,
  effective,
}: Pick<KnownConfiguration, 'values' | 'effective'>): readonly string[] =>
  [...new Set([...Object.keys(values), ...Object.keys(effective)])]
    .filter((name) => values[name] !== effective[name])
    .sort()
