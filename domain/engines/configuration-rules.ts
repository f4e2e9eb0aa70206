import type { Resources } from '../values/resources.ts'

/** Name and value as they stand in an engine's file; strings unquoted. */
export type Settings = Readonly<Record<string, string | number>>

/** Parameters that nobody but Coffer sets, and why, to complete the sentence "ssl_cert_file cannot be set: ...". */
export type OwnedParameters = { readonly names: RegExp; readonly why: string }

/** What Coffer does with the parameters of an engine, said without one that runs. */
export type ConfigurationRules = {
  /** Where several fit, the first is told. */
  readonly owned: readonly OwnedParameters[]
  /** Of the parameters that are texts, those that lead to no file, program or address. No other text can be set. */
  readonly texts: ReadonlySet<string>
  /** Those that are memory which the engine takes once, in full. Together they must leave room for its sessions. */
  readonly memory: readonly string[]
  /** In the unit of the parameter; null for what is not a quantity that the engine would take. `unit`: of the parameter. */
  readonly quantity: (text: string, unit: string | null) => number | null
  /** In MiB; null where it is not an amount of memory. */
  readonly mebibytes: (text: string, unit: string | null) => number | null
  /** What Coffer sets for an instance of this size, of what may be set otherwise. It differs from the engine's default for a reason. */
  readonly defaults: (resources: Resources, version: string) => Settings
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** A decimal number and the letters after it. Null for what is none. */
export const splitQuantity = (text: string): { readonly count: number; readonly suffix: string } | null => {
  const [, digits = '', suffix = ''] = /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const count = Number(digits)
  return digits === '' || !Number.isFinite(count) ? null : { count, suffix }
}
