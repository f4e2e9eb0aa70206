import { describe, expect, it } from 'vitest'
import { proseRefusal } from '../../../../domain/values/prose.ts'

describe('what people say of something', () => {
  it.each(['', 'What we sell', 'in\nlines', 'für 店 😀', '😀'.repeat(500)])('may be %j', (text) => {
    expect(proseRefusal('a reason', text, 'reason')).toBeNull()
  })

  it.each(['a\tb', 'a\u001b[2Jb', 'a\u202eb', 'x'.repeat(501)])('may not be %j', (text) => {
    expect(proseRefusal('a reason', text, 'reason')).toMatchObject({ code: 'INVALID_INPUT', field: 'reason' })
  })
})
