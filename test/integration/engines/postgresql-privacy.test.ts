import { readFile } from 'node:fs/promises'
import { inspect as print } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EngineFault, type EngineInstance } from '../../../agent/engines/engine.ts'
import { toFault } from '../../../agent/faults.ts'
import { type Bench, bound, connect, createBench, inspect, query } from './bench.ts'

const planted = 'planted-4c1f9e'
const app = { user: 'app', password: 'a long enough password', database: 'shop' }
let bench: Bench
let instance: EngineInstance
beforeAll(async () => {
  bench = await createBench()
  const [newest] = await bench.installations()
  if (!newest) throw new Error('no PostgreSQL is installed: npm install brings it')
  instance = await bench.prepare(newest)
  await bench.start(instance)
  await bench.driver.accounts.ensureDatabases(instance, [{ name: app.database }], bound())
  await bench.driver.accounts.ensureUsers(
    instance,
    [{ name: app.user, password: app.password, databases: ['shop'] }],
    bound(),
  )
})
afterAll(() => bench.close())

/** Each makes the engine quote what a customer wrote or stored. */
const quoting: Readonly<Record<string, string>> = {
  'a key': `INSERT INTO people VALUES ('${planted}', 1), ('${planted}', 2)`,
  'a failing row': `INSERT INTO people VALUES ('${planted}', -1)`,
  'a missing row': `INSERT INTO orders VALUES ('${planted}')`,
  'an invalid value': `SELECT '${planted}'::int`,
  'invalid JSON': `SELECT '{"a": ${planted}}'::json`,
  'a name': `SELECT * FROM "${planted}"`,
  'a statement': `SELECT 1 "${planted}" nonsense`,
  'a function': `DO $$BEGIN RAISE EXCEPTION '${planted}' USING DETAIL = '${planted}', HINT = '${planted}'; END$$`,
  'a warning': `DO $$BEGIN RAISE WARNING '${planted}'; END$$`,
  'a log line': `DO $$BEGIN RAISE LOG '${planted}'; END$$`,
  'forged lines': `DO $$BEGIN RAISE LOG E'x\\n2025-06-01 10:00:01.123 UTC [1] FATAL:  lock file "${planted}" already exists'; END$$`,
  'a fatal end': `SELECT pg_terminate_backend(pg_backend_pid()) /* ${planted} */`,
}

describe('what a customer wrote or stored', () => {
  it("stands in the engine's own log, and nothing of it in what the agent tells of that log, wherever it is cut", async () => {
    await query(instance, app, 'CREATE TABLE people (email text PRIMARY KEY, age int CHECK (age > 0))')
    await query(instance, app, 'CREATE TABLE orders (email text REFERENCES people)')
    for (const statement of Object.values(quoting)) await query(instance, app, statement).catch(() => undefined)
    const victim = await connect(instance, app)
    const [{ pid } = { pid: 0 }] = (await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows
    const sleeping = victim.query(`SELECT pg_sleep(600), '${planted}'`).catch(() => undefined)
    const runs = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ${pid} AND state = 'active'`
    await expect.poll(() => inspect(instance, runs)).toEqual([{ n: 1 }])
    process.kill(pid, 'SIGKILL')
    await sleeping
    const readLog = () => readFile(instance.logFile, 'utf8')
    await expect.poll(readLog, { timeout: 60_000 }).toMatch(/terminated by signal 9.*system is ready to accept/s)
    const log = await readLog()
    expect(log).toMatch(new RegExp(`Failed process was running: .*${planted}`))
    expect(log.split(planted).length).toBeGreaterThan(Object.keys(quoting).length)
    const beforeRecovery = log.slice(0, log.lastIndexOf('database system is ready'))
    expect(bench.driver.explainLog(instance, beforeRecovery)).toEqual([
      { kind: 'other', text: 'its client backend was ended by signal 9' },
    ])
    for (let cut = 0; cut < log.length; cut += 7)
      for (const { text } of bench.driver.explainLog(instance, log.slice(cut))) expect(text).not.toContain(planted)
  })

  it('is in no error of the agent: neither in what it reports nor in what it logs', async () => {
    // Settings apply to the session by which the agent checks the endpoint as this user.
    const superuser = `ALTER ROLE app SET session_preload_libraries = '${planted}'`
    await inspect(instance, superuser)
    const error = await bench.driver
      .verifyEndpoint(instance, [{ name: app.user, password: app.password, databases: ['shop'] }], bound())
      .catch((reason: unknown) => reason)
    await inspect(instance, 'ALTER ROLE app RESET ALL')
    expect(error).toBeInstanceOf(EngineFault)
    expect(await readFile(instance.logFile, 'utf8')).toMatch(new RegExp(`could not access file ".*${planted}"`))
    expect(JSON.stringify(toFault(error))).not.toContain(planted)
    expect(print(error, { depth: 10, showHidden: true })).not.toContain(planted)
  })
})
