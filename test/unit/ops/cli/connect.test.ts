import { describe, expect, it } from 'vitest'
import { connect } from '../../../../ops/cli/commands/connect.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('connect')
const instance = {
  id: 'an-instance',
  name: 'shop',
  datastore: 'postgresql',
  endpoint: { host: '127.0.0.1', port: 15432 },
  caCertificate: 'PEM',
  databases: ['app'],
  users: [{ name: 'app', databases: ['app'] }],
}

const clientOf = (facts: object) => {
  const printed: unknown[] = []
  const context = {
    api: { request: async () => ({ instances: { edges: [{ node: { ...instance, ...facts } }] } }) },
    output: { one: async (value: unknown) => void printed.push(value) },
    environment: { XDG_DATA_HOME: temp.path, PATH: '/nowhere' },
    invocation: 'coffer',
    signal: new AbortController().signal,
  } as unknown as CliContext
  return { context, printed }
}

describe('connecting', () => {
  it('to what is stopped is refused with the command that starts it, but its URI is printed', async () => {
    const { context, printed } = clientOf({ status: 'STOPPED' })
    await expect(connect(context, 'shop', { print: false }, [])).rejects.toMatchObject({
      exitCode: 2,
      failure: { code: 'INVALID_STATE', message: 'shop is STOPPED: start it with coffer instance start shop --wait' },
    })
    const twoWords = clientOf({ status: 'STOPPED', name: 'my shop' }).context
    await expect(connect(twoWords, 'my shop', { print: false }, [])).rejects.toThrow("instance start 'my shop' --wait")
    expect(await connect(context, 'shop', { print: true }, [])).toBe(0)
    expect(printed).toEqual([{ uri: expect.stringContaining('postgresql://app@127.0.0.1:15432/app?') }])
  })

  it('to what has no endpoint, or none any more, is refused', async () => {
    for (const status of ['PROVISIONING', 'DELETED']) {
      const { context } = clientOf({ status, endpoint: null, caCertificate: null })
      const connecting = connect(context, 'shop', { print: false }, [])
      await expect(connecting).rejects.toThrow(`shop is ${status} and has no endpoint`)
    }
  })
})
