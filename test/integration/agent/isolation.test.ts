import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { agentDefaults } from '../../../agent/config.ts'
import { findIsolation } from '../../../agent/isolation/isolation.ts'
import { listMounts } from '../../../agent/isolation/mounts.ts'
import { findAccount } from '../../../agent/isolation/unix-users.ts'
import { shortId } from '../../../agent/layout.ts'
import { CommandFailed, type Run, run } from '../../../agent/run.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import { type NodeId, parseHostId } from '../../../domain/ids.ts'
import { fakeDatastore } from '../../support/agent-engine-driver.ts'
import {
  engineRunning,
  engineStopped,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const asRoot = process.getuid?.() === 0
/** CAP_SYS_RESOURCE, the 24th capability. */
const mayGrowInUse =
  ((BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`) >> 24n) & 1n) === 1n
let host: TestHost
afterEach(() => host.close(), patienceMs)

const provision = async (description: HostDescription, nodeId: NodeId): Promise<number> => {
  await host.provision(description, nodeId)
  const [pid = 0] = pidsOf(`${nodeId}/volume/data`)
  return pid
}

const remove = async (description: HostDescription, nodeId: NodeId): Promise<void> => {
  expect(await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
}

const uidOf = (pid: number): number => statSync(`/proc/${pid}`).uid
const cgroupsOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, 'utf8')
const mountsWith = (text: string): readonly string[] =>
  listMounts()
    .map(({ mountPoint }) => mountPoint)
    .filter((mountPoint) => mountPoint.includes(text))
const cgroupDirectories = (name: string): readonly string[] =>
  ['', 'memory', 'cpu', 'pids', 'unified']
    .map((controller) => join('/sys/fs/cgroup', controller, 'coffer'))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((entry) => join(parent, entry, name)))
    .filter((directory) => existsSync(directory))

const loopFilesOf = (nodeId: NodeId): readonly string[] =>
  readdirSync('/sys/block')
    .map((name) => `/sys/block/${name}/loop/backing_file`)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .filter((file) => file.includes(nodeId))

/** Everything on this machine that bears the instance's name. */
const traces = (nodeId: NodeId): readonly string[] => [
  ...pidsOf(nodeId).map((pid) => `process ${pid}`),
  ...mountsWith(nodeId),
  ...cgroupDirectories(shortId(nodeId)),
  ...(findAccount(`coffer-${shortId(nodeId)}`) ? ['account'] : []),
  ...readdirSync(join(host.agentDir, 'engines', 'nodes')).filter((name) => name === nodeId),
]

describe.runIf(asRoot)('an agent that is root (needs root)', { timeout: 2 * patienceMs }, () => {
  it.each(['directory', 'loop'] as const)(
    'gives an instance its own account, closed files, limits and a %s volume, and removes them all',
    async (volumes) => {
      host = await openTestHost({ config: { volumes } })
      const { description } = await host.start()
      const nodeId = newNodeId()
      const pid = await provision(description, nodeId)

      const account = findAccount(`coffer-${shortId(nodeId)}`)
      expect(uidOf(pid)).toBe(account?.uid)
      const directory = host.place(nodeId)
      expect(statSync(join(directory, 'volume', 'data'))).toMatchObject({ uid: account?.uid })
      expect(statSync(join(directory, 'volume', 'data')).mode & 0o777).toBe(0o700)
      expect(description.isolation).toMatchObject({ unixUser: true, volume: volumes })
      if (description.isolation.cgroup !== 'none') {
        expect(cgroupsOf(pid)).toContain(shortId(nodeId))
        expect(cgroupDirectories(shortId(nodeId)).length).toBeGreaterThan(0)
      }
      expect(mountsWith(nodeId)).toHaveLength(volumes === 'loop' ? 1 : 0)

      await remove(description, nodeId)
      expect(traces(nodeId)).toEqual([])
    },
  )

  it('limits memory by what the flavor says and a headroom', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await provision(description, nodeId)
    const files = cgroupDirectories(shortId(nodeId))
      .flatMap((directory) => ['memory.limit_in_bytes', 'memory.max'].map((file) => join(directory, file)))
      .filter((file) => existsSync(file))
    if (description.isolation.cgroup === 'none') expect(files).toEqual([])
    else expect(files.map((file) => readFileSync(file, 'utf8').trim())).toEqual([String((256 + 64) * 1024 * 1024)])
  })

  it('removes an instance of which only pieces are there', async () => {
    host = await openTestHost({ config: { volumes: 'loop' } })
    const { description } = await host.start()
    for (const pieces of [[], [volumeReady]]) {
      const nodeId = newNodeId()
      for (const piece of pieces) await host.ask(description, nodeId, piece)
      await remove(description, nodeId)
      expect(traces(nodeId)).toEqual([])
    }
  })

  it.each(['directory', 'loop'] as const)(
    'removes an instance while others sit in its %s volume, leaves them alone and names them',
    async (volumes) => {
      const { log, lines } = createRecordingLog()
      host = await openTestHost({ config: { volumes }, log })
      const { description } = await host.start()
      const nodeId = newNodeId()
      await provision(description, nodeId)
      const volume = host.place(nodeId, 'volume')
      const visitor = spawn('/bin/sleep', ['600'], { cwd: join(volume, 'data'), stdio: 'ignore', detached: true })
      await once(visitor, 'spawn')
      try {
        await remove(description, nodeId)
        expect(traces(nodeId)).toEqual([])
        expect(visitor.exitCode ?? visitor.signalCode).toBeNull()
        const named = { nodeId, bystanders: [expect.objectContaining({ pid: visitor.pid, name: 'sleep', uid: 0 })] }
        expect(lines.filter(({ level }) => level === 'warn')).toContainEqual(expect.objectContaining({ fields: named }))
      } finally {
        visitor.kill('SIGKILL')
      }
      // The kernel lets go of the image with the last who was in it.
      await expect.poll(() => loopFilesOf(nodeId), { timeout: patienceMs }).toEqual([])
    },
  )

  it('ends the engine of an instance that there is no record of', async () => {
    host = await openTestHost()
    const first = await host.start()
    const nodeId = newNodeId()
    const pid = await provision(first.description, nodeId)
    await first.agent.stop({ engines: 'keep' })
    for (const file of ['agent.db', 'agent.db-wal', 'agent.db-shm'])
      await rm(join(host.agentDir, file), { force: true })
    const { description } = await host.start()
    expect(existsSync(`/proc/${pid}`)).toBe(true)
    // As what an engine forks is: under its account, with nothing else to know it by.
    const uid = uidOf(pid)
    const forked = spawn('/bin/sleep', ['600'], { cwd: '/', env: {}, uid, gid: uid, stdio: 'ignore' })
    await once(forked, 'spawn')
    const ended = once(forked, 'exit')
    await remove(description, nodeId)
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(traces(nodeId)).toEqual([])
  })

  it('leaves alone who was given the id of the account, where a removal was cut off after it had taken that away', async () => {
    host = await openTestHost()
    const first = await host.start()
    const nodeId = newNodeId()
    const uid = uidOf(await provision(first.description, nodeId))
    await host.ask(first.description, nodeId, engineStopped, { epoch: 2 })
    await first.agent.stop({ engines: 'keep' })
    const heir = `coffer-test-${shortId(nodeId)}`
    // Beside the one that goes, so that no other test is given the id in between.
    execFileSync('useradd', ['--system', '--non-unique', '--uid', String(uid), '--gid', '0', heir], { stdio: 'ignore' })
    execFileSync('userdel', [`coffer-${shortId(nodeId)}`])
    const other = spawn('/bin/sleep', ['600'], { cwd: '/', env: {}, uid, gid: uid, stdio: 'ignore' })
    const ended = once(other, 'exit')
    try {
      await once(other, 'spawn')
      const { agent, description } = await host.start()
      await remove(description, nodeId)
      expect(agent.inspect(nodeId).record).toBeNull()
      expect(other.exitCode ?? other.signalCode).toBeNull()
    } finally {
      other.kill('SIGKILL')
      await ended
      execFileSync('userdel', [heir])
    }
  })

  it('gives an instance its account back on a machine that was set up anew under its files, before the next one is given the id', async () => {
    host = await openTestHost()
    const first = await host.start()
    const nodeId = newNodeId()
    await provision(first.description, nodeId)
    const account = findAccount(`coffer-${shortId(nodeId)}`)
    await first.agent.stop({ engines: 'stop' })
    execFileSync('userdel', [account?.user ?? ''])
    await host.start()
    expect(findAccount(account?.user ?? '')?.uid).toBe(account?.uid)
  })

  it('enforces the size of a loop volume, grows it, and keeps all of its room for it', async () => {
    host = await openTestHost({ config: { volumes: 'loop' } })
    const { description } = await host.start()
    const nodeId = newNodeId()
    await provision(description, nodeId)
    const volume = host.place(nodeId, 'volume')
    const bytes = (): number => statfsSync(volume).blocks * statfsSync(volume).bsize
    expect(bytes()).toBeLessThanOrEqual(1024 ** 3)
    const reserved = (): number => statSync(host.place(nodeId, 'volume.img')).blocks * 512
    expect(reserved()).toBeGreaterThanOrEqual(1024 ** 3)
    const grow = (sizeGiB: number, epoch: number) =>
      host.ask(description, nodeId, { kind: 'volume-ready', sizeGiB }, { epoch })
    const inUse = await grow(2, 2)
    if (mayGrowInUse) expect(inUse).toMatchObject({ type: 'succeeded' })
    else expect(inUse).toMatchObject({ type: 'failed', fault: { code: 'VOLUME_IN_USE' } })
    await host.ask(description, nodeId, engineStopped, { epoch: 3 })
    expect(await grow(3, 4)).toMatchObject({ type: 'succeeded' })
    expect(bytes()).toBeGreaterThan(2.8 * 1024 ** 3)
    expect(reserved()).toBeGreaterThanOrEqual(3 * 1024 ** 3)
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 5 })).toMatchObject({ type: 'succeeded' })
  })

  it('takes back the room of a loop volume that the host has trimmed', async () => {
    host = await openTestHost({ config: { volumes: 'loop', upkeepIntervalMs: 100 } })
    const { description } = await host.start()
    const nodeId = newNodeId()
    await provision(description, nodeId)
    const image = host.place(nodeId, 'volume.img')
    // As trimming does, which not every kernel can.
    const trimmed = ['--punch-hole', '--offset', String(512 * 1024 ** 2), '--length', String(256 * 1024 ** 2)]
    execFileSync('fallocate', [...trimmed, image])
    await expect.poll(() => statSync(image).blocks * 512, { timeout: patienceMs }).toBeGreaterThanOrEqual(1024 ** 3)
  })

  it('gives loop volumes also where their room cannot be reserved, and says that it is not', async () => {
    host = await openTestHost()
    const lacksFallocate: Run = (command, ...rest) =>
      command === 'fallocate'
        ? Promise.reject(new CommandFailed(command, 1, undefined, 'fallocate failed: Operation not supported'))
        : run(command, ...rest)
    const options = {
      root: true,
      hostId: parseHostId(randomUUID()),
      accountIds: agentDefaults.accountIds,
      volumes: 'auto',
      directory: host.directory,
    } as const
    const { description } = await findIsolation(
      { ...quietKernel, run: lacksFallocate },
      options,
      AbortSignal.timeout(patienceMs),
    )
    expect(description).toMatchObject({
      volume: 'loop',
      missing: [expect.stringContaining('the room of volumes is not reserved')],
    })
  })

  it.each(['directory', 'loop'] as const)(
    'makes an instance from one of two %s volumes that were prepared, and prepares the next',
    async (volumes) => {
      host = await openTestHost({ config: { volumes, preparedVolumes: 2, prepare: [{ datastore: fakeDatastore }] } })
      const { description } = await host.start()
      const prepared = join(host.agentDir, 'engines', 'prepared')
      const ready = (): readonly string[] => readdirSync(prepared).filter((name) => name.startsWith(volumes))
      await expect.poll(ready, { timeout: patienceMs }).toHaveLength(2)
      const before = ready()
      const nodeId = newNodeId()
      await provision(description, nodeId)
      await expect.poll(ready, { timeout: patienceMs }).toHaveLength(2)
      expect(before.filter((name) => ready().includes(name))).toHaveLength(1)
      await remove(description, nodeId)
      expect(traces(nodeId)).toEqual([])
    },
  )

  it('works within a directory that is closed to other accounts, and leaves it closed', async () => {
    host = await openTestHost({ config: { volumes: 'loop' } })
    await chmod(host.directory, 0o700)
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    const pid = await provision(description, nodeId)
    expect(uidOf(pid)).toBe(findAccount(`coffer-${shortId(nodeId)}`)?.uid)
    expect(statSync(host.directory).mode & 0o777).toBe(0o700)
    expect(mountsWith(shortId(description.hostId)).length).toBeGreaterThanOrEqual(2)

    await remove(description, nodeId)
    await agent.stop({ engines: 'stop' })
    expect(mountsWith(shortId(description.hostId))).toEqual([])
    expect(existsSync(join('/run/coffer', shortId(description.hostId)))).toBe(false)
  })

  it('works there also where nothing can be mounted', async () => {
    host = await openTestHost({ config: { volumes: 'auto' } })
    await chmod(host.directory, 0o700)
    const agent = await host.spawn({ without: 'sys_admin' })
    expect(agent.description.isolation).toMatchObject({ unixUser: true, volume: 'directory' })
    expect(agent.description.isolation.missing.join()).toContain('the size of volumes is not enforced')
    const nodeId = newNodeId()
    const pid = await provision(agent.description, nodeId)
    expect(uidOf(pid)).toBe(findAccount(`coffer-${shortId(nodeId)}`)?.uid)
    expect(mountsWith(shortId(agent.description.hostId))).toEqual([])
    const elsewhere = join('/var/lib/coffer', agent.description.hostId)
    expect(existsSync(join(elsewhere, 'engines', 'nodes', nodeId))).toBe(true)

    await remove(agent.description, nodeId)
    expect(readdirSync(join(elsewhere, 'engines', 'nodes'))).toEqual([])
    await agent.stop('stop')
    expect(existsSync(elsewhere)).toBe(false)
  })
})

describe('an agent that is not root', { timeout: 2 * patienceMs }, () => {
  it('works as its own user, and says what isolation it could not give', async () => {
    const nobody = findAccount('nobody')
    host = await openTestHost({ config: { volumes: 'auto' } })
    const as = asRoot && nobody ? { uid: nobody.uid, gid: nobody.gid } : undefined
    if (as) await host.giveTo(as)
    const agent = await host.spawn(as ? { as } : {})
    expect(agent.description.isolation).toMatchObject({ unixUser: false, cgroup: 'none', volume: 'directory' })
    expect(agent.description.isolation.missing).toHaveLength(3)
    const nodeId = newNodeId()
    const pid = await provision(agent.description, nodeId)
    expect(uidOf(pid)).toBe(as?.uid ?? process.getuid?.())
    await remove(agent.description, nodeId)
    expect(traces(nodeId)).toEqual([])
  })
})
