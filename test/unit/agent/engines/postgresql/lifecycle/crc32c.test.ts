import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../../../../agent/engines/postgresql/lifecycle/crc32c.ts'

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
  it.each([
    ['the check value', Buffer.from('123456789'), 0xe306_9283],
    ['32 bytes of zeroes', Buffer.alloc(32), 0x8a91_36aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8_ab43],
    ['32 incrementing bytes', Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd_794e],
    ['nothing', Buffer.alloc(0), 0],
  ])('of %s is as published', (_what, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
  })
})
