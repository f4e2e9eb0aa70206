import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type CollectGarbage = (how: {
  readonly type: 'major'
  readonly execution: 'sync'
  readonly flavor: 'last-resort'
}) => void

/**
 * Gives back to the system what reading a log leaves behind. V8 would keep it for as long as the heap does not grow any more, which may be
 * for ever in a server that is read from. Stands still for as long as a full collection takes: for the start, before anybody is served.
 */
export const releaseMemory = (): void => {
  setFlagsFromString('--expose-gc')
  // As V8 defines it (src/extensions/gc-extension.cc): only a new context has what a flag has just exposed.
  const collectGarbage = runInNewContext('gc') as CollectGarbage
  setFlagsFromString('--no-expose-gc')
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
