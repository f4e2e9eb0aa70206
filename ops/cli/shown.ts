import type { CliContext } from './context.ts'
import { repeatedly } from './repeat.ts'

/** Once, or with --watch again and again. */
export const shown = (context: CliContext, isWatched: boolean, work: () => Promise<void>): Promise<void> =>
  isWatched ? repeatedly(context, work) : work()
