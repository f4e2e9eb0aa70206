import type { Reporter, TestCase, TestModule, TestRunEndReason } from 'vitest/node'

export type Skip = { readonly name: string; readonly reason: string | null }

export type Summary = {
  readonly passed: number
  readonly failed: number
  readonly skips: readonly Skip[]
  /** Vitest came to its end, whatever the outcome. */
  readonly finished: boolean
}

export const nothingRun: Summary = { passed: 0, failed: 0, skips: [], finished: false }

/** Adds up a run of vitest. A file that could not be loaded, and an error outside of any test, count as a failed test each. */
export const summarize = (modules: readonly TestModule[], strayErrors: number, reason: TestRunEndReason): Summary => {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const count = (state: string): number => tests.filter((test) => test.result().state === state).length
  const brokenFiles = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module)).length
  return {
    passed: count('passed'),
    failed: count('failed') + brokenFiles + strayErrors,
    skips: tests.filter((test) => test.result().state === 'skipped').map(skipOf),
    finished: reason !== 'interrupted',
  }
}

const hasFailedTest = (module: TestModule): boolean =>
  [...module.children.allTests()].some((test) => test.result().state === 'failed')

const skipOf = (test: TestCase): Skip => {
  const result = test.result()
  return {
    name: `${test.module.relativeModuleId}: ${test.fullName}`,
    reason: (result.state === 'skipped' && result.note) || reasonIn(test.fullName),
  }
}

/**
 * A test that is skipped where it is defined, with all of its group, has no note: its name says `(needs ...)` or
 * `(... could not be fetched: ...)`.
 */
export const reasonIn = (name: string): string | null =>
  /\((needs [^)]+|[^()]+ could not be fetched: [^)]+)\)/.exec(name)?.[1] ?? null

/** Hands the summary of the run to `onEnd`. */
export const createSummaryReporter = (onEnd: (summary: Summary) => void): Reporter => ({
  onTestRunEnd: (modules, errors, reason) => onEnd(summarize(modules, errors.length, reason)),
})

/**
 * A skip that says what this machine lacks (`needs root`, `needs loop devices`) cannot be avoided on it; any other could be, unless its
 * reason begins as one of `allowed` does.
 */
export const isAvoidable = ({ reason }: Skip, allowed: readonly string[] = []): boolean =>
  reason === null || !['needs ', ...allowed].some((beginning) => reason.startsWith(beginning))

/** A run without any test is none: its filter was wrong, or its files were not found. */
export const isGood = ({ passed, failed, skips, finished }: Summary): boolean =>
  finished && failed === 0 && passed + skips.length > 0

export const lastLine = ({ passed, failed, skips }: Summary): string =>
  `Tests: ${passed} passed, ${failed} failed, ${skips.length} skipped`
