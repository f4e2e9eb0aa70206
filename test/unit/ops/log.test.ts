import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog, hideSecrets } from '../../../ops/log.ts'

const collect = () => {
  let text = ''
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk
      done()
    },
  })
  return { stream, text: () => text }
}

describe('the log', () => {
  it('writes one JSON object a line, with level, time and message', () => {
    const { stream, text } = collect()
    createLog({ logLevel: 'info', logFormat: 'json' }, stream).info({ port: 4000 }, 'listening')
    expect(JSON.parse(text())).toMatchObject({ level: 'info', msg: 'listening', port: 4000, time: expect.any(String) })
  })

  it('leaves out what is less important than its level', () => {
    const { stream, text } = collect()
    createLog({ logLevel: 'warn', logFormat: 'json' }, stream).info({}, 'chatter')
    expect(text()).toBe('')
  })

  it('writes a line for people when it is to be pretty, with the reason of an error', () => {
    const { stream, text } = collect()
    const log = createLog({ logLevel: 'info', logFormat: 'pretty' }, stream)
    log.warn({ err: new Error('disk full'), instance: 'shop' }, 'could not write')
    expect(text()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}could not write disk full instance=shop\n$/)
  })

  it.each([
    ['a token', 'coffer_admin_0123456789abcdefghijklmnop'],
    ['a bearer header', 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['a password in a URI', 'postgresql://app:hunter2%21@127.0.0.1:15432/app'],
    ['a password without a user', 'redis+sentinel://:hunter2@127.0.0.1:26379/main'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMG\\n-----END PRIVATE KEY-----'],
  ])('hides %s wherever it stands', (_what, secret) => {
    const hidden = hideSecrets(`before ${secret} after`)
    expect(hidden).toMatch(/^before .*\[hidden.*\].* after$/)
    for (const part of ['0123456789abcdef', 'eyJhbGci', 'hunter2', 'MIGHAgEA']) expect(hidden).not.toContain(part)
  })

  it('hides fields that are named like secrets, at any of the upper levels', () => {
    const { stream, text } = collect()
    const log = createLog({ logLevel: 'info', logFormat: 'json' }, stream)
    log.info({ password: 'one', user: { password: 'two' }, input: { user: { token: 'three' } } }, 'oops')
    expect(text()).not.toMatch(/one|two|three/)
  })
})
