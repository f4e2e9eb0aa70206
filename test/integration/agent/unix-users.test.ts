import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { agentDefaults } from '../../../agent/config.ts'
import { createOwners } from '../../../agent/isolation/owners.ts'
import { createUnixUsers, findAccount } from '../../../agent/isolation/unix-users.ts'
import { type Run, run } from '../../../agent/run.ts'
import { patienceMs } from '../../support/agent-host.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const { accountIds: ids } = agentDefaults
const deps = { ...quietKernel, run }
const made: string[] = []
const newName = (): string => {
  const name = `coffer-test-${randomBytes(4).toString('hex')}`
  made.push(name)
  return name
}
const bound = (): AbortSignal => AbortSignal.timeout(patienceMs)
afterEach(async () => {
  for (const name of made.splice(0)) await createUnixUsers(deps, ids).remove(name, bound())
}, patienceMs)

describe.runIf(process.getuid?.() === 0)('Unix accounts for engines (needs root)', { timeout: patienceMs }, () => {
  it('are made side by side, by several agents, though the password file has one lock', async () => {
    const agents = [createUnixUsers(deps, ids), createUnixUsers(deps, ids)]
    const names = Array.from({ length: 8 }, newName)
    const accounts = await Promise.all(names.map((name, index) => agents[index % 2]?.ensure(name, bound())))
    expect(new Set(accounts.map((account) => account?.uid)).size).toBe(8)
    for (const name of names) expect(findAccount(name)).not.toBeNull()
  })

  it('are the same when asked for again, and gone when removed, also twice', async () => {
    const users = createUnixUsers(deps, ids)
    const name = newName()
    const account = await users.ensure(name, bound())
    expect(await users.ensure(name, bound())).toEqual(account)
    await users.remove(name, bound())
    await users.remove(name, bound())
    expect(findAccount(name)).toBeNull()
  })

  it('are removed by several at once, as by a tool that a killed agent has left running and by the next agent', async () => {
    for (const name of Array.from({ length: 5 }, newName)) {
      const agents = Array.from({ length: 4 }, () => createUnixUsers(deps, ids))
      await agents[0]?.ensure(name, bound())
      await Promise.all(agents.map((agent) => agent.remove(name, bound())))
      expect(findAccount(name)).toBeNull()
    }
  })

  it('do not stay when what they were lent for is broken off while they are made', async () => {
    const breakingOff = new AbortController()
    const interrupted: Run = async (command, args, signal) => {
      const said = await run(command, args, bound())
      if (command === 'useradd') breakingOff.abort()
      signal.throwIfAborted()
      return said
    }
    const name = newName()
    const lent = createOwners({ ...deps, run: interrupted }, true, ids).withTemporary(
      name,
      breakingOff.signal,
      async () => {},
    )
    await expect(lent).rejects.toThrow('aborted')
    expect(findAccount(name)).toBeNull()
  })

  it('are made also when an interrupted removal left the group', async () => {
    const users = createUnixUsers(deps, ids)
    const name = newName()
    await run('groupadd', ['--system', name], bound())
    expect(await users.ensure(name, bound())).toMatchObject({ user: name })
  })
})
