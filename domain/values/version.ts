/**
 * Compares versions part by part, numbers as numbers: `17.10` is newer than `17.9`. Negative when `a` is older, 0 when they
 * say the same.
 */
export const compareVersions = (a: string, b: string): number => {
  const left = partsOf(a)
  const right = partsOf(b)
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareParts(left[index] ?? '', right[index] ?? '')
    if (order !== 0) return order
  }
  return 0
}

/** Whether `version` is `prefix` or lies under it: `17.10` under `17`, `170.1` not. */
export const isVersionWithin = (version: string, prefix: string): boolean =>
  version === prefix || version.startsWith(`${prefix}.`)

/** The major version of `17.10`: 17. */
export const majorOf = (version: string): number => Number.parseInt(version, 10)

const partsOf = (version: string): readonly string[] => version.split('.')

const compareParts = (a: string, b: string): number => {
  const numeric = Number.parseInt(a || '0', 10) - Number.parseInt(b || '0', 10)
  if (numeric !== 0 && !Number.isNaN(numeric)) return numeric
  return a === b ? 0 : a < b ? -1 : 1
}
