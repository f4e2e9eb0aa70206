import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type BareProcess = { readonly pid: number; readonly stop: () => Promise<void> }

/** A Node that has loaded every library the server uses, and does nothing. */
export const startBareProcess = async (): Promise<BareProcess> => {
  const program = join(import.meta.dirname, 'bare-program.mjs')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const first = await Promise.race([once(child.stdout, 'data').then(() => 'ready'), ended])
  if (first !== 'ready' || child.pid === undefined)
    throw new Error('the bare Node process could not load its libraries')
  return {
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
