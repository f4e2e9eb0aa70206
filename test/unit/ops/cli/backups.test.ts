import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createBackup, verifyBackup } from '../../../../ops/cli/commands/backups.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { BackupDocument, InstanceDocument } from '../../../../ops/cli/generated/graphql.ts'

const instance = { id: '01a204ca-47d7-7001-a325-d086e0b08721', name: 'shop' }
const id = '01a204ca-47d7-7001-a325-d086e0b08722'
const backup = { id, status: 'CREATING', verification: { id: 'an-op' } }

/** A client of a server whose operation has succeeded, and whose view of backups does not show what came of it. */
const context = {
  api: {
    request: async (document: object) => {
      if (document === InstanceDocument) return { instance }
      if (document === BackupDocument) return { backup }
      return { result: { __typename: 'Accepted', backupId: id, operationId: 'an-op', backup } }
    },
    async *subscribe() {
      yield { operation: { id: 'an-op', status: 'SUCCEEDED', steps: [] } }
    },
  },
  terminal: { stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) },
  environment: {},
  invocation: 'coffer',
  signal: new AbortController().signal,
} as unknown as CliContext

describe('a backup that is not shown as it is within the time to wait', () => {
  it.each([
    ['made', () => createBackup(context, instance.id, { wait: true, timeout: 0.1 })],
    ['verified', () => verifyBackup(context, id, { wait: true, timeout: 0.1 })],
  ])('ends the wait for one that is %s as any other', async (_what, run) => {
    await expect(run()).rejects.toMatchObject({
      exitCode: 4,
      failure: { code: 'WAIT_TIMEOUT', details: { operationId: 'an-op' } },
    })
  })
})
