import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseCLI, startVitest } from 'vitest/node'
import { createSummaryReporter, isAvoidable, isGood, lastLine, nothingRun, type Summary } from './summary.ts'
import { installSystemPackages } from './system-packages.ts'

/**
 * `npm test`: types, lint, then every test; the last line counts the tests. `npm test -- test/unit -t name` runs only what is named, as
 * vitest understands it.
 */
const root = join(import.meta.dirname, '..', '..')
const asked = process.argv.slice(2)
const strict = process.env.CI === 'true' || process.env.CI === '1'
/** Beginnings of reasons, with commas between them: skips that are accepted in CI, too. */
const allowedSkips = (process.env.COFFER_TEST_ALLOW_SKIPS ?? '').split(',').filter((each) => each.trim() !== '')
const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const checks = [
  { name: 'typecheck', program: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'lint', program: ['node_modules/@biomejs/biome/bin/biome', 'check'] },
] as const

const runCheck = (program: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, program, { cwd: root, stdio: 'inherit' })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })

const runTests = async (): Promise<Summary> => {
  const { filter, options } = parseCLI(['vitest', 'run', ...asked])
  let summary = nothingRun
  const reporter = createSummaryReporter((end) => {
    summary = end
  })
  await startVitest('test', [...filter], {
    ...options,
    root,
    watch: false,
    // The others write beside the packages, which may belong to somebody else.
    configLoader: 'native',
    passWithNoTests: false,
    reporters: ['default', reporter],
  })
  return summary
}

let summary = nothingRun
// Printed whatever becomes of the run, and after everything else.
process.on('exit', () => say(lastLine(summary)))

const failedChecks: string[] = []
if (asked.length === 0) {
  installSystemPackages(say)
  for (const { name, program } of checks) {
    const passed = await runCheck(program)
    say(`${name}: ${passed ? 'passed' : 'FAILED'}`)
    if (!passed) failedChecks.push(name)
  }
}
summary = await runTests()

for (const skip of summary.skips) say(`skipped: ${skip.name} (${skip.reason ?? 'no reason given'})`)
const avoidable = strict ? summary.skips.filter((skip) => isAvoidable(skip, allowedSkips)) : []
if (avoidable.length > 0) say(`${avoidable.length} of the skipped tests could have run here; in CI that is a failure`)
if (failedChecks.length > 0) say(`Checks: ${failedChecks.length} failed (${failedChecks.join(', ')})`)
process.exit(isGood(summary) && failedChecks.length === 0 && avoidable.length === 0 ? 0 : 1)
