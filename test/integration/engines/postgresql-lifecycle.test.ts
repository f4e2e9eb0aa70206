import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unlimited } from '../../../agent/engines/engine.ts'
import { type Bench, bound, createBench, inspect, isAlive } from './bench.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench.close())

const prepare = async (overrides: Parameters<Bench['prepare']>[1] = {}) =>
  bench.prepare(await bench.installation('17.10'), overrides)

describe('a PostgreSQL made from a template', () => {
  it('runs in every version found, as its own account, with what its size asks for', async () => {
    for (const installation of await bench.installations()) {
      const instance = await bench.prepare(installation)
      const pid = await bench.start(instance)
      expect(await bench.driver.findProcess(instance)).toBe(pid)
      const [facts] = await inspect(
        instance,
        `SELECT current_setting('server_version') AS version, current_setting('data_checksums') AS checksums,
                current_setting('fsync') AS fsync, current_setting('shared_buffers') AS buffers,
                current_setting('ssl') AS ssl, current_setting('server_encoding') AS encoding,
                (SELECT count(*)::int FROM pg_file_settings WHERE error IS NOT NULL) AS errors`,
      )
      expect(facts).toEqual({
        version: expect.stringMatching(new RegExp(`^${installation.version.replace('.', '\\.')}( |$)`)),
        checksums: 'on',
        fsync: 'on',
        buffers: '64MB',
        ssl: 'on',
        encoding: 'UTF8',
        errors: 0,
      })
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      expect(status).toMatch(new RegExp(`^Uid:\\t${bench.owner?.uid ?? process.getuid?.()}\\t`, 'm'))
      await bench.stop(instance)
      expect(await bench.driver.findProcess(instance)).toBeNull()
    }
  }, 120_000)

  it('knows letters beyond ASCII, in every version found', async () => {
    for (const installation of await bench.installations()) {
      const instance = await bench.prepare(installation)
      await bench.start(instance)
      expect(await inspect(instance, `SELECT upper('ñandú') AS upper`)).toEqual([{ upper: 'ÑANDÚ' }])
      await bench.stop(instance)
    }
  }, 120_000)

  it('keeps its data when it goes on with the next minor version', async () => {
    const instance = await bench.prepare(await bench.installation('17.9'))
    await bench.start(instance)
    await inspect(instance, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await bench.stop(instance)

    const patched = { ...instance, installation: await bench.installation('17.10') }
    await bench.driver.configure(patched, unlimited)
    await bench.start(patched)
    expect(await inspect(patched, `SELECT answer, current_setting('server_version') AS version FROM kept`)).toEqual([
      { answer: 42, version: '17.10' },
    ])
  })

  it('recovers after it was killed, and a health check fails meanwhile', async () => {
    const instance = await prepare()
    const pid = await bench.start(instance)
    await inspect(instance, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await bench.stop(instance, 'SIGKILL')
    expect(await isAlive(pid)).toBe(false)
    expect(await bench.driver.findProcess(instance)).toBeNull()
    await expect(bench.driver.checkHealth(instance, bound())).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })

    await bench.driver.configure(instance, unlimited)
    await bench.start(instance)
    await bench.driver.checkHealth(instance, bound())
    expect(await inspect(instance, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
  })

  it('is waited for without a failed login in its log', async () => {
    const instance = await prepare()
    await bench.start(instance)
    expect(await readFile(instance.logFile, 'utf8')).not.toMatch(/FATAL/)
  })

  it('stops soon although clients are connected', async () => {
    const instance = await prepare()
    await bench.start(instance)
    const sleeping = expect(inspect(instance, 'SELECT pg_sleep(600)')).rejects.toThrow(/terminat/)
    const waiting = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
    await expect.poll(() => inspect(instance, waiting), { timeout: 60_000 }).toEqual([{ n: 1 }])
    await bench.stop(instance)
    await sleeping
    expect(await readFile(instance.logFile, 'utf8')).toMatch(/database system is shut down/)
  })
})

describe('waiting for an engine that does not come up', () => {
  it('says that the port is taken', async () => {
    const squatter = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const taken = squatter.address()
    if (taken === null || typeof taken === 'string') throw new Error('no port')
    const instance = await prepare({ listen: { address: '127.0.0.1', port: taken.port } })
    await expect(bench.start(instance)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      retryable: true,
      message: `Port ${taken.port} of 127.0.0.1 is taken by another process`,
      detail: 'its port is taken by another process; it could listen nowhere',
    })
    squatter.close()
  })

  it("gives the engine's own reason, and only that of the last start", async () => {
    const instance = await prepare()
    await writeFile(instance.logFile, '2020-01-01 00:00:00.000 UTC [1] FATAL:  an older matter\n')
    await appendFile(join(instance.dataDir, 'coffer.conf'), "shared_buffers = 'plenty'\n")
    const fault = await bench.start(instance).catch((error) => error)
    expect(fault).toMatchObject({ name: 'EngineFault', code: 'ENGINE_START_FAILED', retryable: false })
    expect(fault.detail).toBe('it does not accept the value of shared_buffers; a configuration file contains errors')
  })

  it('gives the reason of an engine that was refused its data directory', async () => {
    const instance = await prepare()
    await rm(join(instance.dataDir, 'global/pg_control'))
    await expect(bench.start(instance)).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      detail: expect.stringMatching(/control file/),
    })
  })

  it.skipIf(!isRoot)('says that the disk is full, and so does writing its configuration (needs root)', async () => {
    const small = join(bench.directory, 'small-disk')
    await mkdir(small)
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small])
    try {
      const elsewhere = await prepare()
      const instance = { ...elsewhere, dataDir: join(small, 'data') }
      await run('cp', ['-a', elsewhere.dataDir, instance.dataDir])
      await run('sh', ['-c', `head -c 64m /dev/zero > ${small}/filler || true`])
      await expect(bench.start(instance)).rejects.toMatchObject({
        code: 'DISK_FULL',
        detail: 'no space is left on its volume',
      })
      await expect(bench.driver.configure(instance, unlimited)).rejects.toMatchObject({ code: 'DISK_FULL' })
    } finally {
      await run('umount', [small])
    }
  })

  it('ends with the signal, whatever the engine does', async () => {
    const instance = await prepare()
    const pid = await bench.spawn(instance)
    process.kill(pid, 'SIGSTOP')
    const waiting = bench.driver.waitReady(instance, AbortSignal.timeout(300))
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
    process.kill(pid, 'SIGCONT')
    await bench.driver.waitReady(instance, bound())
  })

  it('does not ask for more than the signal allows of an engine that hangs', async () => {
    const instance = await prepare()
    const pid = await bench.start(instance)
    process.kill(pid, 'SIGSTOP')
    await expect(bench.driver.checkHealth(instance, AbortSignal.timeout(300))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    process.kill(pid, 'SIGCONT')
    await bench.driver.checkHealth(instance, bound())
  })
})

describe('finding the process of an instance', () => {
  const claim = async (dataDir: string, pid: number) =>
    writeFile(join(dataDir, 'postmaster.pid'), `${pid}\n${dataDir}\n1700000000\n5432\n\n\n\nready   \n`)

  it('is not fooled by a pid that now belongs to something else', async () => {
    const instance = await prepare()
    await claim(instance.dataDir, process.pid)
    expect(await bench.driver.findProcess(instance)).toBeNull()

    // It looks the part but works elsewhere.
    const impostor = spawn('sh', ['-c', 'sleep 60; true', 'postgres', '-D', instance.dataDir], {
      cwd: '/',
      detached: true,
    })
    await once(impostor, 'spawn')
    await claim(instance.dataDir, impostor.pid ?? 0)
    expect(await bench.driver.findProcess(instance)).toBeNull()
    process.kill(-(impostor.pid ?? 0))
    await once(impostor, 'exit')
  })

  it("is not fooled by another instance's engine, nor by one of its own engine's children", async () => {
    const [instance, other] = [await prepare(), await prepare()]
    const pid = await bench.start(other)
    await claim(instance.dataDir, pid)
    expect(await bench.driver.findProcess(instance)).toBeNull()

    const [child] = await inspect(other, `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`)
    const record = await readFile(join(other.dataDir, 'postmaster.pid'), 'utf8')
    await claim(other.dataDir, Number(child?.pid))
    expect(await bench.driver.findProcess(other)).toBeNull()
    await writeFile(join(other.dataDir, 'postmaster.pid'), record)
    expect(await bench.driver.findProcess(other)).toBe(pid)
  })

  it('is nothing when the pid file is absent, empty or not a pid file', async () => {
    const instance = await prepare()
    expect(await bench.driver.findProcess(instance)).toBeNull()
    for (const text of ['', '\n', 'no number\n', '-1\n', '0\n']) {
      await writeFile(join(instance.dataDir, 'postmaster.pid'), text)
      expect(await bench.driver.findProcess(instance)).toBeNull()
    }
  })

  it('does not keep an engine from starting after its pid was given to another process', async () => {
    const instance = await prepare()
    const squatter = spawn('sleep', ['60'], {
      cwd: '/',
      ...(bench.owner === null ? {} : { uid: bench.owner.uid, gid: bench.owner.gid }),
    })
    await once(squatter, 'spawn')
    await claim(instance.dataDir, squatter.pid ?? 0)
    await expect(bench.start(instance)).rejects.toMatchObject({ code: 'ENGINE_START_FAILED' })
    await bench.driver.configure(instance, unlimited)
    await bench.start(instance)
    squatter.kill()
    await once(squatter, 'exit')
  })

  it('does not start a second engine beside what is left of a killed one', async () => {
    const instance = await prepare()
    await bench.start(instance)
    const [child] = await inspect(instance, `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`)
    const orphan = Number(child?.pid)
    process.kill(orphan, 'SIGSTOP')
    await bench.stop(instance, 'SIGKILL')
    await bench.driver.configure(instance, unlimited)
    await expect(bench.start(instance)).rejects.toMatchObject({
      code: 'ENGINE_START_FAILED',
      detail: expect.stringContaining('still use its shared memory'),
    })
    process.kill(orphan, 'SIGKILL')
    await expect.poll(() => isAlive(orphan), { timeout: 60_000 }).toBe(false)
    await bench.start(instance)
  })
})
