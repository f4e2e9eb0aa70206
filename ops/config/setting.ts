import type { Value } from './values.ts'

/** One key of the configuration: the variable it comes from, how that is read, and what holds without it. */
export type Setting<T> = Value<T> & {
  readonly variable: string
  /** Another variable for the same, which goes before it. */
  readonly specific?: string
  /** As it would be written in the environment; null: not set unless somebody sets it. */
  readonly standard: string | null
  readonly description: string
  /** It is a secret or may hold one: never shown. */
  readonly isSecret?: true
}

export const setting = <T>(variable: string, value: Value<T>, standard: string, description: string): Setting<T> => ({
  ...value,
  variable,
  standard,
  description,
})

export const optional = <T>(variable: string, value: Value<T>, description: string): Setting<T | null> => ({
  // Not set, the schema is never asked.
  ...(value as Value<T | null>),
  variable,
  standard: null,
  description,
})

export const secret = <T>(variable: string, value: Value<T>, description: string): Setting<T | null> => ({
  ...optional(variable, value, description),
  isSecret: true,
})

/** The same, and another variable for it, which goes before. */
export const orSpecific = <S extends Setting<unknown>>(specific: string, general: S): S => ({ ...general, specific })

/** All variables that it comes from, the more specific one last. */
export const variablesOf = ({ variable, specific }: Setting<unknown>): readonly string[] =>
  specific === undefined ? [variable] : [variable, specific]
