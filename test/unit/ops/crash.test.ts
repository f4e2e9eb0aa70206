import { describe, expect, it } from 'vitest'
import { describeCrash } from '../../../ops/crash.ts'

describe('the description of a crash', () => {
  it('has the stacks of the error and of its causes, and nothing that they carry along', () => {
    const reply = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } })
    const text = describeCrash(new Error('no view store', { cause: reply }))
    expect(text).toMatch(/^Error: no view store\n {4}at [\s\S]*\ncaused by Error: WRONGPASS\n {4}at /)
    expect(text).not.toContain('hunter2')
  })

  it('hides a password in a message', () => {
    expect(describeCrash(new Error('redis://:hunter2@views.example is away'))).not.toContain('hunter2')
  })

  it('bears what is no error, and causes without an end', () => {
    const circular = new Error('round')
    circular.cause = circular
    expect(describeCrash(circular).match(/caused by/g)).toHaveLength(5)
    expect(describeCrash('thrown as text')).toBe('thrown as text')
  })
})
