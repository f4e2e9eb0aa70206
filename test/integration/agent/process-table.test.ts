import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  findBystanders,
  findProcesses,
  identifyProcess,
  isAlive,
  isUnburied,
  nodeMarker,
  type ProcessTraits,
} from '../../../agent/supervision/process-table.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('process-table')
const asRoot = process.getuid?.() === 0
const ownUid = process.getuid?.() ?? -1
const nobody = { uid: 65_534, gid: 65_534 }
const children: ChildProcess[] = []
let directory: string
let traits: ProcessTraits

beforeEach(async () => {
  directory = temp.next()
  mkdirSync(join(directory, 'data'), { recursive: true })
  await chmod(directory, 0o755)
  traits = { nodeId: 'an-instance', ownUid: null, engine: { uid: ownUid, program: '/bin/sleep', directory } }
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
})

/** A process that does nothing, and its pid once it runs its program. */
const run = async (program: '/bin/sleep' | '/usr/bin/tail', options: SpawnOptions): Promise<number> => {
  const args = program === '/bin/sleep' ? ['600'] : ['-f', '/dev/null']
  const child = spawn(program, args, { stdio: 'ignore', env: {}, ...options })
  children.push(child)
  await once(child, 'spawn')
  const { pid = 0 } = child
  await expect.poll(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toContain(args.at(-1))
  return pid
}

const found = (): readonly number[] => findProcesses(traits).map(({ pid }) => pid)
const bystanders = () => findBystanders(directory, traits)

describe('the processes of an instance', { timeout: 60_000 }, () => {
  it('are those with its mark, wherever they work and whatever they run', async () => {
    const marked = await run('/usr/bin/tail', { cwd: '/', env: { [nodeMarker]: 'an-instance' } })
    await run('/usr/bin/tail', { cwd: '/', env: { [nodeMarker]: 'an-instance-more' } })
    expect(found()).toEqual([marked])
  })

  it("are those that run the engine's program within its directory as its user, though they have lost the mark", async () => {
    const inData = await run('/bin/sleep', { cwd: join(directory, 'data') })
    const inDirectory = await run('/bin/sleep', { cwd: directory })
    await run('/bin/sleep', { cwd: temp.path })
    expect([...found()].sort()).toEqual([inData, inDirectory].sort())
    expect(bystanders()).toEqual([])
  })

  it('are not those of another program that merely sit there; they can be named', async () => {
    const pid = await run('/usr/bin/tail', { cwd: join(directory, 'data'), detached: true })
    expect(found()).toEqual([])
    expect(bystanders()).toEqual([{ pid, startedAtTicks: expect.any(Number), name: 'tail', uid: ownUid }])
  })

  it.runIf(asRoot)("are not those of another user, be it the engine's program (needs root)", async () => {
    const pid = await run('/bin/sleep', { cwd: directory, ...nobody })
    expect(found()).toEqual([])
    expect(bystanders()).toMatchObject([{ pid, uid: nobody.uid }])
  })

  it.runIf(asRoot)('are all those of its own account (needs root)', async () => {
    traits = { ...traits, ownUid: 48_111 }
    const pid = await run('/usr/bin/tail', { cwd: '/', uid: 48_111, gid: 48_111 })
    expect(found()).toEqual([pid])
  })
})

describe('a process that has ended', { timeout: 60_000 }, () => {
  it('is not alive, and unburied until its parent looks for it', async () => {
    // The shell becomes a program that never looks for the child it has been left.
    const parent = spawn('/bin/sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    children.push(parent)
    const [line] = await once(parent.stdout, 'data')
    const ended = identifyProcess(Number(line))
    if (!ended) throw new Error('the process does not run')
    expect([isAlive(ended), isUnburied(ended)]).toEqual([true, true])
    await expect.poll(() => readFileSync(`/proc/${parent.pid}/cmdline`, 'latin1')).not.toContain('sh')
    process.kill(ended.pid, 'SIGKILL')
    await expect.poll(() => isAlive(ended)).toBe(false)
    expect(isUnburied(ended)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isUnburied(ended), { timeout: 30_000 }).toBe(false)
  })
})
