import { expect, it } from 'vitest'
import { bytesInWords } from '../../../../domain/values/bytes.ts'

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [2048 * 1024 ** 4, '2048.0 TiB'],
])('%d bytes are told as people read them', (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words)
})
