import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Figure, isMet } from './figure.ts'
import type { RowAnswer } from './row-process.ts'
import type { RowName } from './rows.ts'

export type MeasuredRow = { readonly row: RowName; readonly answer: RowAnswer }

/** All that was found out, as it is written to disk. */
export type Report = {
  readonly at: string
  readonly quick: boolean
  readonly machine: {
    readonly node: string
    readonly system: string
    readonly processor: string
    readonly cores: number
    readonly memoryGiB: number
  }
  readonly rows: readonly {
    readonly row: RowName
    readonly figures: readonly (Figure & { readonly met: boolean | null })[]
    readonly notes: readonly string[]
    /** What this machine lacks to measure it; null when it was tried. */
    readonly skipped: string | null
    /** Why it could not be measured; null when it was, or was skipped. */
    readonly failure: string | null
  }[]
}

export const createReport = (rows: readonly MeasuredRow[], { at, quick }: { at: Date; quick: boolean }): Report => {
  const processors = cpus()
  return {
    at: at.toISOString(),
    quick,
    machine: {
      node: process.versions.node,
      system: `${platform()} ${release()} ${arch()}`,
      processor: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    rows: rows.map(({ row, answer }) =>
      answer.outcome === 'measured'
        ? {
            row,
            figures: answer.measured.figures.map((figure) => ({ ...figure, met: isMet(figure) })),
            notes: answer.measured.notes,
            skipped: null,
            failure: null,
          }
        : {
            row,
            figures: [],
            notes: [],
            skipped: answer.outcome === 'skipped' ? answer.reason : null,
            failure: answer.outcome === 'failed' ? answer.reason : null,
          },
    ),
  }
}

/** Writes `<directory>/<time>.json` and answers its path. */
export const writeReport = (report: Report, directory: string): string => {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${report.at.replaceAll(':', '-')}.json`)
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`)
  return path
}
