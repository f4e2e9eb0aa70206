import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'

/** More than any one machine has: whoever asks for more has mistaken the unit. */
export const mostVcpus = 1024
export const mostMemoryMiB = 64 * 1024 * 1024

/** Why a number cannot be an amount of something, or null. Both bounds are included. */
export const amountRefusal = (field: string, value: number, least: number, most: number): Rejection | null =>
  Number.isSafeInteger(value) && value >= least && value <= most
    ? null
    : invalidInput(`${field} is a whole number from ${least} to ${most}, not ${value}`, field)
