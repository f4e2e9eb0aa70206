/** These fields of a value, without those that it lacks. */
export const pick = <T extends object, Name extends keyof T>(value: T, ...names: readonly Name[]): Pick<T, Name> =>
  // Every entry comes from `value` under its own name.
  Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]]))) as Pick<T, Name>
