import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Started = {
  readonly pid: number
  /** What it has written to its standard output so far. */
  readonly lines: readonly string[]
  /** Resolves when the lines are as asked for; rejects when the process ends before that or it takes too long. */
  until(isEnough: (lines: readonly string[]) => boolean): Promise<void>
  signal(name: NodeJS.Signals): void
  /** Sends a signal and waits for the end. */
  end(name?: NodeJS.Signals): Promise<void>
}

const waitMs = 60_000

/** Runs one of the scripts of this folder with this Node. Its errors go to ours. */
export const startProcess = (script: string, ...args: readonly string[]): Started => {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const watchers = new Set<() => void>()
  const ended = once(child, 'close')
  if (child.stdout === null || child.pid === undefined) throw new Error(`${script} did not start`)
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const watcher of [...watchers]) watcher()
  })

  return {
    pid: child.pid,
    lines,
    until: (isEnough) =>
      new Promise((resolve, reject) => {
        const finish = (error?: Error): void => {
          clearTimeout(timer)
          watchers.delete(look)
          if (error === undefined) resolve()
          else reject(error)
        }
        const look = (): void => {
          if (isEnough(lines)) finish()
        }
        const timer = setTimeout(() => finish(new Error(`${script} did not come so far: ${isEnough}`)), waitMs)
        watchers.add(look)
        void ended.then(() =>
          finish(isEnough(lines) ? undefined : new Error(`${script} ended early: ${lines.join('; ')}`)),
        )
        look()
      }),
    signal: (name) => void child.kill(name),
    end: async (name = 'SIGKILL') => {
      child.kill(name)
      await ended
    },
  }
}
