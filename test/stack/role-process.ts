import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { programDir } from '../../ops/program-info.ts'
import type { Environment } from '../support/server-process.ts'

export type RoleProcess = {
  readonly pid: number
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>
  /** Asks it to stop and waits; kills it when it takes too long. */
  readonly stop: () => Promise<void>
}

const startTimeoutMs = 120_000
/** Longer than the program itself gives its stop. */
const stopTimeoutMs = 70_000

/** A process of one role, ready for work. What it logs is shown with the role before each line. Throws when it ends instead, or takes too long. */
export const startRole = async (role: string, environment: Environment, signal: AbortSignal): Promise<RoleProcess> => {
  const program = ['--disable-warning=ExperimentalWarning', join(programDir, 'ops/main.ts'), '--role', role]
  const child = spawn(process.execPath, program, {
    cwd: programDir,
    // What is set for all goes before, so that one may ask for more of the log.
    env: { COFFER_LOG_LEVEL: 'warn', COFFER_LOG_FORMAT: 'pretty', ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([code, by]) => (by === null ? `exit code ${code}` : `by ${by}`))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await ended
    clearTimeout(timer)
  }
  createInterface(child.stderr).on('line', (line) => process.stderr.write(`  ${role.padEnd(12)} ${line}\n`))
  const greeted = new Promise<null>((resolve) => {
    createInterface(child.stdout).on('line', (line) => /Coffer (is ready|runs as)/.test(line) && resolve(null))
  })
  const late = delay(startTimeoutMs, 'is not ready yet', { ref: false, signal }).catch(() => 'was interrupted')
  const trouble = await Promise.race([greeted, ended, late])
  if (trouble === null) return { pid: child.pid ?? 0, ended, stop }
  await stop()
  throw new Error(`${role} did not start: ${trouble}`)
}
