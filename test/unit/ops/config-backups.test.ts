import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../ops/config.ts'
import { problemsOf } from './config-problems.ts'

const keys = { COFFER_BACKUP_ACCESS_KEY: 'an-id', COFFER_BACKUP_SECRET_KEY: 'a-secret' }
const amazon = { kind: 's3', url: 'https://shop.s3.us-east-1.amazonaws.com', region: 'us-east-1', prefix: '' }

describe('the place of backups', () => {
  it.each([
    ['none', { kind: 'none' }],
    ['/srv/backups', { kind: 'directory', path: '/srv/backups' }],
    ['s3://shop', amazon],
    ['s3://shop/daily/db/', { ...amazon, prefix: 'daily/db/' }],
    [
      's3://shop?endpoint=http://127.0.0.1:9000/&region=here',
      { kind: 's3', url: 'http://127.0.0.1:9000/shop', region: 'here', prefix: '' },
    ],
  ])('can be %s', (given, place) => {
    expect(loadConfig({ COFFER_BACKUP_URL: given, ...keys }).config.backupPlace).toEqual(place)
  })

  it.each([
    'backups',
    'https://shop.example',
    's3://A',
    's3://shop?prefix=daily',
    's3://me:secret@shop',
    's3://shop?endpoint=http://127.0.0.1/path',
    's3://shop?endpoint=http://me:secret@127.0.0.1',
    's3://shop/a//b',
  ])('cannot be %s, and what it can be is told', (given) => {
    expect(problemsOf({ COFFER_BACKUP_URL: given, ...keys })).toEqual([
      expect.stringMatching(/^COFFER_BACKUP_URL is .*: it must be none, the absolute path of a directory, or s3:/),
    ])
  })

  it.each(['s3://me:secret@shop', 's3://shop?endpoint=http://me:secret@127.0.0.1'])(
    'is not shown where it cannot be %s: it may hold a secret',
    (given) => {
      expect(problemsOf({ COFFER_BACKUP_URL: given, ...keys }).join()).not.toContain('me:secret')
    },
  )

  it('needs the keys of a bucket, and of nothing else', () => {
    const { COFFER_BACKUP_ACCESS_KEY } = keys
    const wrong = [expect.stringMatching(/^COFFER_BACKUP_URL names a bucket/)]
    expect(problemsOf({ COFFER_BACKUP_URL: 's3://shop' })).toEqual(wrong)
    expect(problemsOf({ COFFER_BACKUP_URL: 's3://shop', COFFER_BACKUP_ACCESS_KEY })).toEqual(wrong)
    expect(problemsOf({ COFFER_BACKUP_URL: '/srv/backups' })).toEqual([])
  })

  it('is not set unless somebody sets it', () => {
    expect(loadConfig({}).config.backupPlace).toBeNull()
  })
})
