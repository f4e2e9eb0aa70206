import type { Measured } from './figure.ts'

/** What a row is measured with. Its directory is its own and is removed after it. */
export type RowContext = {
  readonly directory: string
  readonly quick: boolean
  readonly signal: AbortSignal
  /** Tells whoever waits what is going on. */
  readonly say: (what: string) => void
}

/** Thrown by a row that cannot be measured on this machine; the message says what is missing. */
export class NotHere extends Error {
  override readonly name = 'NotHere'
}

/** Throws when it cannot be measured, never when a bar is missed. */
export type MeasureRow = (context: RowContext) => Promise<Measured>
