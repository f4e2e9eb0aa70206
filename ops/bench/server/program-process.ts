import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { programDir } from '../../program-info.ts'

/** The program of `npm start` as a process. */
export type ProgramProcess = {
  /** Of the program itself: there is no npm and no shell around it. */
  readonly pid: number
  /** Where its API is; empty without the role `api`. */
  readonly url: string
  /** Resolves when it has ended in order. One that has ended already is fine. */
  readonly stop: () => Promise<void>
  /** As `kill -9` does. */
  readonly kill: () => Promise<void>
  /** Stops it from running without closing a connection, and lets it go on. */
  readonly freeze: () => void
  readonly thaw: () => void
}

export type ProgramOptions = {
  readonly args: readonly string[]
  /** Of this process' own environment it gets only what programs are found by. */
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
}

const startTimeoutMs = 120_000
const stopTimeoutMs = 90_000
/** As `ops/bin/node.mjs` starts it. */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']
const greeting = /Coffer (?:is ready at ([^\s"]+)|runs as )/

/** Resolves once it says that it is ready. Throws with the end of its log when it ends instead, or takes too long. */
export const startProgram = async (
  { args, environment, logFile }: ProgramOptions,
  signal: AbortSignal,
): Promise<ProgramProcess> => {
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, [...flags, join(programDir, 'ops', 'main.ts'), ...args], {
    cwd: programDir,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', 'pipe', log],
  })
  closeSync(log)
  const ended = new Promise<null>((resolve) => {
    child.once('exit', () => resolve(null))
    child.once('error', () => resolve(null))
  })
  const end = async (how: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(how)
      // One that is frozen would not hear of it.
      child.kill('SIGCONT')
    }
    await ended
    clearTimeout(late)
  }
  const greeted = new Promise<string>((resolve) => {
    const { stdout } = child
    if (stdout === null) return
    createInterface(stdout).on('line', (line) => {
      const found = greeting.exec(line)
      if (found) resolve(found[1] ?? '')
    })
  })
  const late = delay(startTimeoutMs, null, { ref: false, signal }).catch(() => null)
  const url = await Promise.race([greeted, ended, late])
  if (url !== null) {
    return {
      pid: child.pid ?? 0,
      url,
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL'),
      freeze: () => void child.kill('SIGSTOP'),
      thaw: () => void child.kill('SIGCONT'),
    }
  }
  await end('SIGTERM')
  signal.throwIfAborted()
  const tail = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n')
  throw new Error(`the program did not start (${args.join(' ') || 'all roles'}); the end of its log:\n${tail}`)
}
