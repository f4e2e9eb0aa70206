import { describe, expect, it } from 'vitest'
import { tagRefusals } from '../../../../domain/values/instance-details.ts'

const faults = (...tags: readonly { readonly key: string; readonly value: string }[]) =>
  tagRefusals(tags, 'tags').filter((refusal) => refusal !== null)

describe('a tag', () => {
  it.each([
    ['team', 'web'],
    ['coffer.dev/owner', ''],
    ['k'.repeat(128), 'v'.repeat(256)],
    ['__proto__', 'a=b'],
    ['Büro', ' spaced '],
  ])('may be %j with %j', (key, value) => {
    expect(faults({ key, value })).toEqual([])
  })

  it.each([
    ['', 'web', 'key'],
    [' team', 'web', 'key'],
    ['a=b', 'web', 'key'],
    ['a\nb', 'web', 'key'],
    ['k'.repeat(129), 'web', 'key'],
    ['team', 'a\nb', 'value'],
    ['team', 'v'.repeat(257), 'value'],
  ])('may not be %j with %j, because of its %s', (key, value, part) => {
    expect(faults({ key: 'fine', value: '' }, { key, value })).toMatchObject([
      { code: 'INVALID_INPUT', field: `tags[1].${part}` },
    ])
  })

  it('is given once', () => {
    expect(faults({ key: 'team', value: 'web' }, { key: 'team', value: 'data' })).toMatchObject([
      { field: 'tags[1].key', message: expect.stringContaining('"team" is given twice') },
    ])
  })
})
