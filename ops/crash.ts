import { hideSecrets } from './log.ts'

/** Deep enough for every real chain, and an end to one that bites its own tail. */
const maxCauses = 5

/**
 * What ended the program unforeseen, with its causes, for people: stacks and nothing else of the errors. Those of vendors carry along what they
 * were about, as ioredis does commands with all their arguments, and Node by itself would print all of it.
 */
export const describeCrash = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return hideSecrets(String(error))
  const stack = hideSecrets(error.stack ?? error.message)
  if (error.cause === undefined || depth === maxCauses) return stack
  return `${stack}\ncaused by ${describeCrash(error.cause, depth + 1)}`
}
