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
    reason: (result.state === 'skipped' && result.note) || null,
  }
}

/** Hands the summary of the run to `onEnd`. */
export const createSummaryReporter = (onEnd: (summary: Summary) => void): Reporter => ({
  onTestRunEnd: (modules, errors, reason) => onEnd(summarize(modules, errors.length, reason)),
})

/** A skip that says what this machine lacks (`needs root`, `needs loop devices`) can not be avoided on it; any other could be. */
export const isAvoidable = ({ reason }: Skip): boolean => !reason?.startsWith('needs ')

export const lastLine = ({ passed, failed, skips }: Summary): string =>
  `Tests: ${passed} passed, ${failed} failed, ${skips.length} skipped`
