import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'

/** Why a volume cannot have this size, or null. `maxGiB` is the configured limit. */
export const volumeRefusal = (volumeGiB: number, maxGiB: number, field = 'volumeGiB'): Rejection | null =>
  Number.isSafeInteger(volumeGiB) && volumeGiB >= 1 && volumeGiB <= maxGiB
    ? null
    : invalidInput(`a volume has a whole number of GiB from 1 to ${maxGiB}, not ${volumeGiB}`, field)
