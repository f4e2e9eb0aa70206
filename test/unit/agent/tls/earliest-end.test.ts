import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { earliestEnd } from '../../../../agent/tls/earliest-end.ts'
import { issueAuthority, issueServer } from '../../../../agent/tls/issue.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('earliest-end')
const fileWith = (text: string): string => {
  const path = temp.next()
  writeFileSync(path, text)
  return path
}

describe('the earliest end of certificates', () => {
  it('is that of the one that ends first, in a file or not, whatever other files hold', async () => {
    const authority = await issueAuthority('a CA', new Date('2025-01-01T00:00:00Z'))
    const server = await issueServer(authority, ['127.0.0.1'], new Date('2025-01-01T00:00:00Z'))
    const later = await issueServer(authority, ['127.0.0.1'], new Date('2026-01-01T00:00:00Z'))
    const files = [later, server].map(({ certificate }) => fileWith(certificate))
    const end = await earliestEnd([authority.certificate], [...files, fileWith('cut short'), temp.next()])
    expect(end.toISOString()).toBe('2027-04-06T00:00:00.000Z')
    expect((await earliestEnd([authority.certificate], [])).getUTCFullYear()).toBe(2044)
  })
})
