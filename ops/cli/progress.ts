import type { OperationFragment as Operation, StepFragment as Step } from './generated/graphql.ts'
import { stylesFor, type Terminal } from './terminal.ts'
import { cutTo } from './text.ts'

/** Shows an operation's steps while they happen, on standard error. */
export type ProgressView = { readonly show: (operation: Operation) => void; readonly end: () => void }

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const
const frameMs = 100

export const createProgress = (terminal: Terminal): ProgressView =>
  terminal.stderr.isTTY && !terminal.isDumb ? createLiveProgress(terminal) : createLineProgress(terminal)

const stepTitle = ({ name, compensating }: Step): string =>
  `${name.replaceAll('-', ' ')}${compensating ? ' (undoing)' : ''}`

const elapsed = ({ startedAt, endedAt }: Step): string =>
  startedAt && endedAt ? `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(2)} s` : ''

const remark = (step: Step): string => {
  if (step.fault) return `${step.fault.code}: ${step.fault.message}`
  if (step.status !== 'RUNNING') return elapsed(step)
  const share = step.progress > 0 ? `${Math.round(step.progress * 100)} %` : ''
  return [share, step.message].filter(Boolean).join(' ')
}

/** For logs and pipes: a line for every change of a step. */
const createLineProgress = ({ stderr }: Terminal): ProgressView => {
  const said = new Map<string, string>()
  const words = { PENDING: 'waits', RUNNING: 'runs', SUCCEEDED: 'done', FAILED: 'failed', SKIPPED: 'skipped' } as const
  return {
    show(operation) {
      for (const step of operation.steps) {
        if (step.status === 'PENDING') continue
        const key = `${step.name} ${step.compensating}`
        const line = [`${stepTitle(step)}: ${words[step.status]}`, remark(step)].filter(Boolean).join(', ')
        if (said.get(key) === line) continue
        said.set(key, line)
        stderr.write(`${line}\n`)
      }
    },
    end() {},
  }
}

/** For people: all steps, drawn anew in place. */
const createLiveProgress = ({ stderr }: Terminal): ProgressView => {
  const style = stylesFor(stderr)
  const marks = { PENDING: ' ', SUCCEEDED: style.green('✓'), FAILED: style.red('✗'), SKIPPED: style.dim('-') } as const
  let latest: Operation | null = null
  let drawn = 0
  let frame = 0
  const draw = (): void => {
    if (!latest) return
    const width = (stderr.columns || 80) - 1
    const lines = latest.steps.map((step) => {
      const mark = step.status === 'RUNNING' ? style.yellow(frames[frame % frames.length] ?? '') : marks[step.status]
      const text = cutTo(`${stepTitle(step).padEnd(24)} ${remark(step)}`.trimEnd(), width - 4)
      return `  ${mark} ${step.status === 'PENDING' ? style.dim(text) : text}`
    })
    stderr.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`)
    drawn = lines.length
  }
  const timer = setInterval(() => {
    frame += 1
    draw()
  }, frameMs)
  timer.unref()
  return {
    show(operation) {
      latest = operation
      draw()
    },
    end() {
      clearInterval(timer)
    },
  }
}
