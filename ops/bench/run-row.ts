import { chmodSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unmeasured } from './figure.ts'
import { NotHere } from './row.ts'
import type { RowAnswer, RowOrder } from './row-process.ts'
import { loadRow } from './rows.ts'

/** The program of the process a row is measured in: takes one order from its parent, sends one answer, cleans up, ends. */
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}
process.on('disconnect', () => stopping.abort(new Error('the program that asked for the row is gone')))

const carryOut = async ({ row, quick, directory: parent }: RowOrder): Promise<RowAnswer> => {
  const directory = mkdtempSync(join(parent, `coffer-bench-${row}-`))
  // Engines run as accounts of their own, which must be able to pass through.
  chmodSync(directory, 0o711)
  const say = (what: string): void => {
    process.stderr.write(`${row}: ${what}\n`)
  }
  try {
    const measure = await loadRow(row)
    const measured = await measure({ directory, quick, signal: stopping.signal, say })
    const missing = unmeasured(measured)
    if (missing.length > 0) return { outcome: 'failed', reason: `nothing was seen of: ${missing.join(', ')}` }
    return { outcome: 'measured', measured }
  } catch (error) {
    if (error instanceof NotHere) return { outcome: 'skipped', reason: error.message }
    return { outcome: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 10 })
  }
}

process.once('message', async (order: RowOrder) => {
  const answer = await carryOut(order)
  process.send?.(answer, () => process.exit(answer.outcome === 'failed' ? 1 : 0))
})
