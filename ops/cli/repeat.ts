import { setTimeout as delay } from 'node:timers/promises'
import type { CliContext } from './context.ts'

const everyMs = 2000
const clear = '\u001b[2J\u001b[H'

/** Shows something again and again until Ctrl-C, which is how this ends well. On a terminal each time on an empty screen. */
export const repeatedly = async (context: CliContext, work: () => Promise<void>): Promise<void> => {
  const { signal, terminal } = context
  const canClear = terminal.stdout.isTTY === true && !terminal.isDumb
  while (!signal.aborted) {
    if (canClear) terminal.stdout.write(clear)
    await work()
    await delay(everyMs, undefined, { signal }).catch(() => {})
  }
}
