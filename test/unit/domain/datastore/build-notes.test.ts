import { describe, expect, it } from 'vitest'
import { buildNotes } from '../../../../domain/datastore/build-notes.ts'

const build = (version: string, libraries?: readonly { name: string; version: string }[]) =>
  buildNotes({ datastore: 'postgresql', version, source: 'npm', ...(libraries ? { libraries: [...libraries] } : {}) })

describe('the notes on a build', () => {
  it('tell of missing patch releases and of libraries that nobody mends', () => {
    const libraries = [
      { name: 'OpenSSL', version: '1.1.1' },
      { name: 'libxml2', version: '2.9.4' },
      { name: 'ICU', version: '60.2' },
    ]
    expect(build('17.10', libraries)).toEqual([
      'It is 2 patch releases behind 17.12, the newest of November 2026.',
      'It brings OpenSSL 1.1.1, which has had no public security fixes since September 2023.',
      'It brings libxml2 2.9.4, which is unmaintained and has published vulnerabilities in reading XML.',
    ])
    expect(build('17.11')).toEqual(['It is one patch release behind 17.12, the newest of November 2026.'])
  })

  it('are none for what is up to date, newer than this Coffer, or unknown to it', () => {
    expect(build('17.12', [{ name: 'OpenSSL', version: '3.0.17' }])).toEqual([])
    for (const version of ['17.13', '19.0', 'devel']) expect(build(version)).toEqual([])
    expect(buildNotes({ datastore: 'redis', version: '7.0.15', source: 'system' })).toEqual([])
  })
})
