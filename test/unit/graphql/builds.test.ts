import { expect, it } from 'vitest'
import { createApiUnderTest, shop } from './api-under-test.ts'

const document = '{ datastores { type builds { version source libraries { name version } notes } } }'
const openssl = [{ name: 'OpenSSL', version: '1.1.1' }]

it('a datastore lists each build that hosts have once, newest first, with what to know about it, and no host', async () => {
  const api = createApiUnderTest()
  await api.putDatastore({
    type: 'postgresql',
    versions: ['17.10'],
    withdrawn: [],
    defaultVersion: '17.10',
    defaultPinned: false,
  })
  const old = { datastore: 'postgresql', version: '17.9', source: 'npm', libraries: openssl } as const
  await api.putHost({
    engines: [
      { ...old, libraries: [...openssl] },
      { datastore: 'postgresql', version: '17.12', source: 'system' },
    ],
  })
  await api.putHost({
    engines: [
      { ...old, libraries: [...openssl] },
      { datastore: 'redis', version: '7.0.15', source: 'system' },
    ],
  })
  const { token } = await api.putToken(shop, 'reader')
  const { data } = await api.ask(document, { token })
  expect(data).toEqual({
    datastores: [
      {
        type: 'postgresql',
        builds: [
          { version: '17.12', source: 'system', libraries: [], notes: [] },
          {
            version: '17.9',
            source: 'npm',
            libraries: openssl,
            notes: [expect.stringContaining('3 patch releases behind'), expect.stringContaining('OpenSSL 1.1.1')],
          },
        ],
      },
    ],
  })
})
