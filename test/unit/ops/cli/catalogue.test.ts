import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { listDatastores } from '../../../../ops/cli/commands/catalogue.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { createOutput } from '../../../../ops/cli/output.ts'
import type { Terminal } from '../../../../ops/cli/terminal.ts'

const datastores = [
  {
    type: 'postgresql',
    versions: ['18.6', '17.10'],
    withdrawnVersions: ['17.9'],
    defaultVersion: '18.6',
    builds: [
      { version: '18.6', source: 'added', libraries: [], notes: [] },
      { version: '17.9', source: 'npm', libraries: [{ name: 'OpenSSL', version: '1.1.1' }], notes: ['It is old.'] },
    ],
  },
]

it('datastores are listed build by build, with where each comes from, its libraries, and what to know about it', async () => {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })]
  const terminal: Terminal = { stdout, stderr, stdin: process.stdin }
  const output = createOutput('table', terminal)
  const api = { request: async () => ({ datastores }) }
  await listDatastores({ api, output, terminal } as unknown as CliContext)
  expect(stdout.read().split('\n')).toEqual([
    'DATASTORE   VERSION             SOURCE  LIBRARIES',
    "postgresql  18.6     default    added   the system's",
    'postgresql  17.9     withdrawn  npm     OpenSSL 1.1.1',
    '',
  ])
  expect(stderr.read()).toBe('postgresql 17.9 (npm): It is old.\n')
})
