import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealPassword } from '../../../commands/secrets/seal.ts'
import type { GuestPayload } from '../../../domain/guest/command.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { NodeId } from '../../../domain/ids.ts'
import type { UserSpec } from '../../../domain/values/instance-spec.ts'
import type { SealingKey } from '../../../domain/values/sealing-key.ts'
import { newNodeId, openTestHost, patienceMs, type TestHost } from '../../support/agent-host.ts'
import { filesBelow, openWithEverything } from '../../support/open-with-everything.ts'

const password = 'planted-password'
let host: TestHost
let description: HostDescription
let nodeId: NodeId
let key: SealingKey
let users: UserSpec[]

beforeEach(async () => {
  host = await openTestHost()
  description = (await host.start()).description
  nodeId = newNodeId()
  key = await host.sealingKey()
  const sealedPassword = await sealPassword(key, { nodeId, user: 'ann', password })
  users = [{ name: 'ann', databases: ['app'], sealedPassword }]
  await host.provision(description, nodeId)
  await ask({ kind: 'accounts-ready', databases: [{ name: 'app' }], users })
})
afterEach(() => host.close(), patienceMs)

const ask = async (payload: GuestPayload): Promise<void> => {
  expect(await host.ask(description, nodeId, payload)).toMatchObject({ type: 'succeeded' })
}
/** The files of the agent and of the control plane's log and bus, but for the engine's own, who has the password in his own form. */
const stolen = () =>
  openWithEverything(
    filesBelow(host.directory).filter((file) => !file.includes('/engines/')),
    nodeId,
    ['ann'],
  )

describe('a password that was sealed for an instance', { timeout: 2 * patienceMs }, () => {
  it('can be opened with what is on the disk until it was verified, and never again', async () => {
    expect((await stolen()).opened).toEqual([password])
    await ask({ kind: 'endpoint-verified', users })
    const { boxes, keys, opened } = await stolen()
    expect(boxes).toBeGreaterThan(0)
    expect(keys).toBeGreaterThan(100)
    expect(opened).toEqual([])
  })

  it('cannot be opened any more when the instance is removed before it was verified', async () => {
    await ask({ kind: 'node-absent', sealingKey: key.number })
    const { boxes, opened } = await stolen()
    expect(boxes).toBeGreaterThan(0)
    expect(opened).toEqual([])
  })

  it('was verified for good: the command succeeds again though nobody can open the password', async () => {
    await ask({ kind: 'endpoint-verified', users })
    await ask({ kind: 'endpoint-verified', users })
  })
})
