import { describe, expect, it } from 'vitest'
import { createCursors } from '../../../graphql/cursor.ts'
import { auditKey } from '../../../projections/audit-entry.ts'
import { createApiUnderTest, shop } from './api-under-test.ts'

const key = Buffer.alloc(32, 'a key')

describe('a cursor of an event', () => {
  it('does not tell where in the log of all projects the event is', () => {
    const { encode } = createCursors(key)
    const sealed = [41, 42, 43].map((position) => Buffer.from(encode('events', auditKey(position)), 'base64url'))
    for (const cursor of sealed) {
      expect(cursor.toString('latin1')).not.toMatch(/events|4[123]/)
      // Neighbours have nothing in common but by chance: no byte is the same in all three.
      const same = cursor.filter((byte, index) => sealed.every((other) => other[index] === byte))
      expect(same).toHaveLength(0)
    }
  })

  it('is the same whenever and wherever it is given with the same key, and found again', () => {
    const [one, two] = [createCursors(key), createCursors(Buffer.from(key))]
    const cursor = one.encode('events', auditKey(42))
    expect(two.encode('events', auditKey(42))).toBe(cursor)
    expect(two.tryDecode('events', cursor)).toBe(auditKey(42))
  })

  it('cannot be made by anybody who has not got the key', async () => {
    const { tryDecode, encode } = createCursors(key)
    const cursor = encode('events', auditKey(42))
    const plain = Buffer.from(`events:${auditKey(42)}`).toString('base64url')
    const forged = createCursors(Buffer.alloc(32)).encode('events', auditKey(42))
    const changed = `${cursor.slice(0, -2)}${cursor.endsWith('w') ? 'A' : 'w'}`
    for (const guess of [
      plain,
      forged,
      changed,
      `${cursor}A`,
      `${cursor}=`,
      ` ${cursor}`,
      '',
      'AAAAAAAAAAAAAAAAAAAAAA',
    ])
      expect(tryDecode('events', guess), guess).toBeNull()
    const other = createApiUnderTest({ cursorKey: key })
    await other.putEvent(shop)
    const { data } = await other.ask('{ events { pageInfo { endCursor } } }')
    const api = createApiUnderTest({ cursorKey: Buffer.alloc(32) })
    await api.putEvent(shop)
    const query = 'query ($after: String) { events(after: $after) { nodes { id } } }'
    const reply = await api.ask(query, { variables: { after: data.events.pageInfo.endCursor } })
    expect(reply.errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'after' })
  })
})

describe('a cursor of anything else', () => {
  it('is of one list alone', () => {
    const { encode, tryDecode } = createCursors(key)
    const cursor = encode('instances', 'an-id')
    expect(tryDecode('instances', cursor)).toBe('an-id')
    expect(tryDecode('operations', cursor)).toBeNull()
    expect(tryDecode('events', cursor)).toBeNull()
  })
})
