import { join } from 'node:path'
import { programDir } from '../program-info.ts'
import { BadOptions, type BenchOptions, parseOptions } from './options.ts'
import { createReport, type MeasuredRow, writeReport } from './report.ts'
import { measureInProcess } from './row-process.ts'
import { rowTitles } from './rows.ts'
import { formatReport } from './table.ts'

/**
 * `npm run bench`: measures how fast Coffer is against what cannot be done without. A missed bar is told in the table and is no error:
 * neither is a row that is skipped because this machine lacks what it needs. The exit code is 1 only when something could not be measured, 2
 * for words it does not understand.
 */
const run = async ({ rows, quick, directory }: BenchOptions, signal: AbortSignal): Promise<number> => {
  const at = new Date()
  const measured: MeasuredRow[] = []
  for (const row of rows) {
    process.stderr.write(`${row}: ${rowTitles[row]}\n`)
    measured.push({ row, answer: await measureInProcess({ row, quick, directory }, signal) })
    if (signal.aborted) return interruptedCode
  }
  const report = createReport(measured, { at, quick })
  const path = writeReport(report, join(programDir, '.bench'))
  process.stdout.write(`\n${formatReport(report)}\n\n${path}\n`)
  return measured.some(({ answer }) => answer.outcome === 'failed') ? 1 : 0
}

/** As a shell says of a program that SIGINT ended. */
const interruptedCode = 130

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())
try {
  process.exitCode = await run(parseOptions(process.argv.slice(2)), interrupted.signal)
} catch (error) {
  if (!(error instanceof BadOptions)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}
