export { majorOf } from '../../../domain/values/version.ts'

/** The oldest major version that the driver is tested with. */
export const oldestMajor = 15

/**
 * The version in what `postgres -V` prints (`postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` gives `15.18`), or
 * null for anything else, such as the development and beta versions `19devel` and `19beta1`.
 */
export const parseServerVersion = (output: string): string | null =>
  /^postgres \(PostgreSQL\) (\d+\.\d+)(?: \(.*\))?$/.exec(output.trim())?.[1] ?? null
