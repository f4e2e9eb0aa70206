import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReply, RedisError, type Reply, renderCommand } from '../../../../../agent/engines/redis/reply.ts'

const parse = (text: string): Reply | 'incomplete' => parseReply(Buffer.from(text))?.reply ?? 'incomplete'

describe('a reply of Redis', () => {
  it.each([
    ['a word', '+OK\r\n', 'OK'],
    ['a number', ':-12\r\n', -12],
    ['a text', '$7\r\na\r\nb ä\r\n', 'a\r\nb ä'],
    ['an empty text', '$0\r\n\r\n', ''],
    ['a list', '*3\r\n:1\r\n*1\r\n+a\r\n$1\r\nb\r\n', [1, ['a'], 'b']],
    ['an empty list', '*0\r\n', []],
  ])('is read: %s', (_what, text, reply) => {
    const bytes = Buffer.from(text)
    expect(parseReply(bytes)).toEqual({ reply, end: bytes.length })
  })

  it('is nothing where it says so', () => {
    for (const text of ['$-1\r\n', '*-1\r\n']) expect(parseReply(Buffer.from(text))).toMatchObject({ reply: null })
  })

  it('keeps the code of an error and leaves its words behind', () => {
    expect(parse('-NOPERM this user has no permissions to access key "secret"\r\n')).toEqual(new RedisError('NOPERM'))
    expect(JSON.stringify(parse('-ERR unknown command "secret"\r\n'))).toBe('{"code":"ERR"}')
  })

  it('is waited for until it is whole, wherever it is cut', () => {
    const whole = '*2\r\n$5\r\nhello\r\n*1\r\n:7\r\n'
    for (let length = 0; length < whole.length; length += 1) expect(parse(whole.slice(0, length))).toBe('incomplete')
    expect(parse(whole)).toEqual(['hello', [7]])
  })

  it('is refused from a server that speaks another language', () => {
    expect(() => parse('HTTP/1.1 400 Bad Request\r\n')).toThrow('does not speak the protocol of Redis')
  })
})

describe('a command to Redis', () => {
  it('carries every word as it is, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
        // A command has the form of a list of texts.
        expect(parse(renderCommand(words))).toEqual(words)
      }),
    )
  })
})
