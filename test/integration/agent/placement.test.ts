import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, chown, copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPlacement } from '../../../agent/isolation/placement.ts'
import { createLayout, shortId } from '../../../agent/layout.ts'
import { run } from '../../../agent/run.ts'
import { parseHostId } from '../../../domain/ids.ts'
import { newInstanceId, silentLog } from '../../support/agent-host.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('agent-placement')
/** The longest path of a Unix socket, with the zero at its end (Linux, unix(7)). */
const socketPathLimit = 108

describe('an agent that is not root', () => {
  it('keeps sockets where their paths are short enough, however deep its own directory is', async () => {
    const agentDir = join(temp.next(), 'deep-'.repeat(20), 'agent')
    await mkdir(agentDir, { recursive: true })
    const signal = AbortSignal.timeout(60_000)
    const deps = { run, log: silentLog, root: false }
    const placement = await createPlacement(deps, agentDir, parseHostId(randomUUID()), signal)
    const { runDir } = createLayout(placement.enginesRoot, placement.runRoot)
    expect(`${runDir(newInstanceId())}/.s.PGSQL.15432`.length).toBeLessThan(socketPathLimit)
    expect(statSync(placement.runRoot).mode & 0o777).toBe(0o700)
    await placement.close(signal)
    expect(() => statSync(placement.runRoot)).toThrow('ENOENT')
  })

  it('takes no place for sockets that somebody else has laid there: a link to a directory of its own, or a directory of his', async () => {
    const agentDir = join(temp.next(), 'deep-'.repeat(20), 'agent')
    await mkdir(agentDir, { recursive: true })
    const signal = AbortSignal.timeout(60_000)
    const hostId = parseHostId(randomUUID())
    const place = () => createPlacement({ run, log: silentLog, root: false }, agentDir, hostId, signal)
    const runRoot = join(tmpdir(), `coffer-${shortId(hostId)}`)
    const ofTheAgent = temp.next()
    await mkdir(ofTheAgent, { recursive: true, mode: 0o700 })
    try {
      await symlink(ofTheAgent, runRoot)
      await expect(place()).rejects.toThrow(`${runRoot} is a link`)
      await rm(runRoot)
      if (process.getuid?.() === 0) {
        await mkdir(runRoot)
        await chown(runRoot, 65_534, 65_534)
        await expect(place()).rejects.toThrow('belongs to user 65534')
        await rm(runRoot, { recursive: true })
      }
      await mkdir(runRoot)
      await chmod(runRoot, 0o777)
      await place()
      expect(statSync(runRoot).mode & 0o777).toBe(0o700)
    } finally {
      await rm(runRoot, { recursive: true, force: true })
    }
  })
})

describe.runIf(process.getuid?.() === 0)('an agent that is root', () => {
  it('reaches the programs that an upgrade has put in the place of those that engines still run', async () => {
    const closed = temp.next()
    const installed = join(closed, 'engine')
    const install = async (version: string): Promise<void> => {
      await mkdir(join(installed, 'bin'), { recursive: true })
      await copyFile('/bin/sleep', join(installed, 'bin', 'sleep'))
      await writeFile(join(installed, 'version'), version, { mode: 0o644 })
    }
    await install('old')
    await mkdir(join(closed, 'agent'))
    await chmod(closed, 0o700)
    const hostId = parseHostId(randomUUID())
    const bound = () => AbortSignal.timeout(30_000)
    const place = () => createPlacement({ run, log: silentLog, root: true }, join(closed, 'agent'), hostId, bound())
    const installation = {
      datastore: 'redis',
      version: '1',
      source: 'npm',
      binDir: join(installed, 'bin'),
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
      expect(readFileSync(join(binDir, '..', 'version'), 'utf8')).toBe('new')
      expect(engine.exitCode ?? engine.signalCode).toBeNull()
      await next.close(bound())
      expect(existsSync(binDir)).toBe(false)
    } finally {
      engine.kill('SIGKILL')
      await ended
    }
  })
})
