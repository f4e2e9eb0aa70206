import { describe, expect, it } from 'vitest'
import { createViewProgress, type ViewProgress } from '../../../../ops/cli/view-progress.ts'

const nineViews = Array.from({ length: 9 }, (_, at) => `view ${at}`)

const shown = (isTTY: boolean, ...progresses: readonly ViewProgress[]): string => {
  let text = ''
  const write = (piece: string): void => {
    text += piece
  }
  const stderr = { isTTY, columns: 40, write }
  const progress = createViewProgress({ stderr: stderr as unknown as NodeJS.WritableStream })
  for (const each of progresses) progress.show(each)
  progress.end()
  return text
}

describe('the progress of a rebuild', () => {
  it('tells views, events, part of the log and time left, a line each where nobody watches', () => {
    const text = shown(
      false,
      { views: nineViews, events: 0, part: 0, secondsLeft: null },
      { views: nineViews, events: 12_345, part: 0.999, secondsLeft: 61.2 },
      { views: ['instances'], events: 12_350, part: 1, secondsLeft: 0 },
    )
    expect(text).toBe(
      [
        '9 views: 0 events, 0 % of the log\n',
        '9 views: 12,345 events, 99 % of the log, 1 min 2 s left\n',
        'instances: 12,350 events, 100 % of the log\n',
      ].join(''),
    )
  })

  it('stays in one line of a terminal, cut to its width, until something is done', () => {
    const text = shown(
      true,
      { views: nineViews, events: 12_345, part: 0.5, secondsLeft: 2 },
      { views: ['instances'], events: 12_350, part: 1, secondsLeft: 0 },
    )
    expect(text).toBe(
      '\r\u001b[2K9 views: 12,345 events, 50 % of the log\r\u001b[2Kinstances: 12,350 events, 100 % of the \n',
    )
  })

  it('leaves the line when the command ends before', () => {
    expect(shown(true, { views: ['instances'], events: 1, part: 0.5, secondsLeft: null })).toMatch(/log\n$/)
  })
})
