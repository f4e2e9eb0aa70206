import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPlacement } from '../../../agent/isolation/placement.ts'
import { createLayout } from '../../../agent/layout.ts'
import { run } from '../../../agent/run.ts'
import { parseHostId } from '../../../domain/ids.ts'
import { fakeDatastore } from '../../support/agent-engine-driver.ts'
import { newNodeId } from '../../support/agent-host.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('agent-placement')
/** The longest path of a Unix socket, with the zero at its end (Linux, unix(7)). */
const socketPathLimit = 108

describe('an agent that is not root', () => {
  it('keeps sockets where their paths are short enough, however deep its own directory is', async () => {
    const agentDir = join(temp.next(), 'deep-'.repeat(20), 'agent')
    await mkdir(agentDir, { recursive: true })
    const signal = AbortSignal.timeout(60_000)
    const deps = { ...quietKernel, run, root: false }
    const placement = await createPlacement(deps, agentDir, parseHostId(randomUUID()), signal)
    const { runDir } = createLayout(placement.enginesRoot, placement.runRoot)
    expect(`${runDir(newNodeId())}/.s.PGSQL.15432`.length).toBeLessThan(socketPathLimit)
    expect(statSync(placement.runRoot).mode & 0o777).toBe(0o700)
    await placement.close(signal)
    expect(() => statSync(placement.runRoot)).toThrow('ENOENT')
  })

  const place = (agentDir: string) =>
    createPlacement(
      { ...quietKernel, run, root: false },
      agentDir,
      parseHostId(randomUUID()),
      AbortSignal.timeout(60_000),
    )

  it.each([
    ['too long', 'deep-'.repeat(20)],
    ['too long in bytes', '日'.repeat(20)],
    ['a list for the engine', 'a,b'],
  ])(
    'has its sockets elsewhere where its own path is %s, under a name that it keeps and nobody can foresee',
    async (_what, name) => {
      const [one, other] = [join(temp.next(), name, 'agent'), join(temp.next(), name, 'agent')]
      for (const agentDir of [one, other]) await mkdir(agentDir, { recursive: true })
      const first = await place(one)
      expect(dirname(first.runRoot)).toBe(tmpdir())
      expect(statSync(first.runRoot).mode & 0o777).toBe(0o700)
      expect((await place(one)).runRoot).toBe(first.runRoot)
      const second = await place(other)
      expect(second.runRoot).not.toBe(first.runRoot)
      for (const { runRoot } of [first, second]) await rm(runRoot, { recursive: true })
    },
  )

  it('takes another place for sockets when somebody else has laid there a link, or a directory of his, meanwhile', async () => {
    const agentDir = join(temp.next(), 'deep-'.repeat(20), 'agent')
    await mkdir(agentDir, { recursive: true })
    const { runRoot } = await place(agentDir)
    await rm(runRoot, { recursive: true })
    await symlink(temp.next(), runRoot)
    const after = await place(agentDir)
    expect(after.runRoot).not.toBe(runRoot)
    await rm(runRoot)
    await rm(after.runRoot, { recursive: true })
  })
})

describe.runIf(process.getuid?.() === 0)('an agent that is root (needs root)', () => {
  it('reaches the programs that an upgrade has put in the place of those that engines still run', async () => {
    const closed = temp.next()
    const installed = join(closed, 'engine')
    const install = async (version: string): Promise<void> => {
      await mkdir(join(installed, 'lib', 'bin'), { recursive: true })
      await copyFile('/bin/sleep', join(installed, 'lib', 'bin', 'sleep'))
      await writeFile(join(installed, 'version'), version, { mode: 0o644 })
    }
    await install('old')
    await mkdir(join(closed, 'agent'))
    await chmod(closed, 0o700)
    const hostId = parseHostId(randomUUID())
    const bound = () => AbortSignal.timeout(30_000)
    const place = () => createPlacement({ ...quietKernel, run, root: true }, join(closed, 'agent'), hostId, bound())
    const installation = {
      datastore: fakeDatastore,
      version: '1',
      source: 'npm',
      binDir: join(installed, 'lib', 'bin'),
      prefix: installed,
    } as const
    const first = await place()
    const { binDir } = await first.reachable(installation, bound())
    const engine = spawn(join(binDir, 'sleep'), ['600'], { cwd: '/', stdio: 'ignore' })
    const ended = once(engine, 'exit')
    try {
      await once(engine, 'spawn')
      await rm(installed, { recursive: true })
      await install('new')
      const next = await place()
      const reached = await next.reachable(installation, bound())
      expect(reached.binDir).toBe(binDir)
      expect(readFileSync(join(reached.prefix ?? '', 'version'), 'utf8')).toBe('new')
      expect(engine.exitCode ?? engine.signalCode).toBeNull()
      await next.close(bound())
      expect(existsSync(binDir)).toBe(false)
    } finally {
      engine.kill('SIGKILL')
      await ended
    }
  })
})
