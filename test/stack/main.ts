import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'

/**
 * `npm run stack`: runs `run.ts` out of reach of the terminal's Ctrl-C, which goes to every process at once: one alone may hear of it, and
 * stops the others in order. The kernel tells it to stop when this process is killed.
 */
const program = join(import.meta.dirname, 'run.ts')
const node = [process.execPath, '--disable-warning=ExperimentalWarning', program]
const stack = spawn('setpriv', ['--pdeathsig', 'TERM', ...node], {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stack.kill(signal))
stack.once('error', (error) => {
  process.stderr.write(`coffer: the stack could not be started: ${error.message}\n`)
  process.exitCode = 1
})
stack.once('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal as NodeJS.Signals]
})
