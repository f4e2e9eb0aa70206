import type { Terminal } from './terminal.ts'

/** As the server tells it. */
export type ViewProgress = {
  readonly views: readonly string[]
  readonly events: number
  readonly part: number
  readonly secondsLeft: number | null
}

/** Shows on standard error how far a replay of the log has come: on a terminal in place, else a line each. */
export const createViewProgress = ({
  stderr,
  isDumb,
}: Pick<Terminal, 'stderr' | 'isDumb'>): {
  readonly show: (progress: ViewProgress) => void
  readonly end: () => void
} => {
  let isLineOpen = false
  return {
    show: (progress) => {
      const text = describe(progress)
      if (!stderr.isTTY || isDumb) {
        stderr.write(`${text}\n`)
        return
      }
      const isDone = progress.part === 1
      stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns || 80) - 1)}${isDone ? '\n' : ''}`)
      isLineOpen = !isDone
    },
    end: () => {
      if (isLineOpen) stderr.write('\n')
    },
  }
}

const describe = ({ views, events, part, secondsLeft }: ViewProgress): string => {
  const what = views.length === 1 ? views[0] : `${views.length} views`
  // Rounded down: all of the log is what has been read to its end.
  const share = `${Math.floor(part * 100)} % of the log`
  const left = secondsLeft === null || part === 1 ? '' : `, ${duration(secondsLeft)} left`
  return `${what}: ${events.toLocaleString('en')} events, ${share}${left}`
}

const duration = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
