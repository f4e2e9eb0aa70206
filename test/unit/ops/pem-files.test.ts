import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPemFiles } from '../../../ops/compose/pem-files.ts'
import { ConfigError } from '../../../ops/config.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const { path } = createTempDir('pem-files')

it('reads the files that are set, and names all that cannot be read', () => {
  const ca = join(path, 'ca.pem')
  writeFileSync(ca, 'an authority')
  expect(readPemFiles({ ca: ['CA', ca], cert: ['CERT', null], key: ['KEY', null] })).toEqual({ ca: 'an authority' })
  const missing = () => readPemFiles({ ca: ['CA', ca], cert: ['CERT', join(path, 'no')], key: ['KEY', path] })
  expect(missing).toThrow(ConfigError)
  expect(missing).toThrow(/CERT is ".*no": it must be a file that this account can read \(ENOENT\)/)
  expect(missing).toThrow(/KEY is .*\(EISDIR\)/)
})
