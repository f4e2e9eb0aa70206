import { statSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { createDirectoryVolumes } from '../../../agent/isolation/directory-volumes.ts'
import { createLoopVolumes } from '../../../agent/isolation/loop-volumes.ts'
import { run } from '../../../agent/run.ts'
import { patienceMs } from '../../support/agent-host.ts'
import { queryOnce } from '../../support/postgresql-client.ts'
import { canMount } from '../../support/privileges.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { openVolumeUnderTest, startsOf, type VolumeUnderTest } from '../../support/volume-under-test.ts'

let volume: VolumeUnderTest | undefined
afterEach(() => volume?.host.close(), 2 * patienceMs)

const kinds = canMount ? (['loop', 'directory'] as const) : (['directory'] as const)
const oneMiB = `SELECT string_agg(md5(n::text), '') FROM generate_series(1, 32768) n`

/** Writes until it is refused, a MiB at a time. Answers the engine's code. */
const writeUntilRefused = async ({ login }: VolumeUnderTest): Promise<string> => {
  for (;;) {
    try {
      await queryOnce(login, `INSERT INTO filler ${oneMiB}`)
    } catch (error) {
      const { code } = error as { code?: string }
      // The session that was in the middle of a write when the volume became full.
      if (code !== '57P01') return String(code)
    }
  }
}

describe.each(kinds)('a database whose volume fills up (%s)', { timeout: 5 * patienceMs }, (kind) => {
  it('is told of in stages, refuses writes before the end, and takes them again when its owner has made room', async () => {
    volume = await openVolumeUnderTest(kind)
    const { login, health, leave, healthReports } = volume
    await queryOnce(login, 'CREATE TABLE filler (body text); ALTER TABLE filler ALTER body SET STORAGE EXTERNAL')
    await health((report) => report.health === 'HEALTHY')
    leave(260)
    expect(await writeUntilRefused(volume)).toBe('25006')

    const full = await health((report) => report.volumeStage === 'FULL')
    expect(full.health).toBe('UNHEALTHY')
    // Nothing but the agent's watch holds a directory to its size: more is in it by the time it is looked at.
    const share = kind === 'loop' ? /^volume 9\d % full/ : /^volume (9\d|100) % full/
    expect(full.reason).toMatch(share)
    expect(full.reason).toMatch(/ % full \(\d+ of \d+ MiB\): writes are refused$/)
    const stages = healthReports().map(({ volumeStage }) => volumeStage)
    // Counting the files of a directory takes its time, in which a stage may go by.
    const all = ['ROOMY', 'FILLING', 'NEARLY_FULL', 'FULL']
    if (kind === 'loop') expect(stages).toEqual(all)
    else expect(all.filter((stage) => stages.includes(stage as never))).toEqual(stages)
    expect(healthReports().map((report) => report.health)).toEqual([
      ...stages.slice(1).map(() => 'HEALTHY'),
      'UNHEALTHY',
    ])
    expect(startsOf(volume)).toBe(1)
    expect(await queryOnce(login, 'SELECT count(*) > 100 AS many FROM filler')).toEqual([{ many: true }])

    await queryOnce(login, 'BEGIN READ WRITE; TRUNCATE filler; COMMIT')
    await health((report) => report.health === 'HEALTHY' && healthReports().indexOf(report) >= stages.length)
    await expect.poll(() => queryOnce(login, `INSERT INTO filler ${oneMiB}`), { timeout: patienceMs }).toEqual([])
    expect(startsOf(volume)).toBe(1)
  })

  const someMiB = (count: number) =>
    `SELECT (SELECT string_agg(md5(n::text || k), '') FROM generate_series(1, 32768) n) AS body FROM generate_series(1, ${count}) k`
  /** What a client may do to a database until nothing more goes in, against all that the engine asks for. */
  const fills: readonly (readonly [string, string])[] = [
    ['a table', `INSERT INTO filler ${someMiB(30)}`],
    ['one large transaction', `INSERT INTO filler ${someMiB(300)}`],
    ['a log that grows', `UPDATE filler SET body = body || 'x'`],
    [
      'temporary files',
      `SET LOCAL work_mem = '64kB';
       SELECT count(*) FROM (SELECT n, repeat(md5(n::text), 40) b FROM generate_series(1, 300000) n ORDER BY b) s`,
    ],
    ['temporary tables', `CREATE TEMP TABLE temporary AS ${someMiB(300)}`],
    ['indexes', 'CREATE INDEX ON keys (n)'],
  ]

  // Nothing but the agent's watch holds a directory to its size: the disk goes on.
  it.each(kind === 'loop' ? fills : fills.slice(0, 1))(
    'comes through being filled to the last block with %s, and is restarted on a full volume',
    async (_, fill) => {
      volume = await openVolumeUnderTest(kind)
      const { login, leave, ask, running } = volume
      await queryOnce(
        login,
        `CREATE TABLE filler (body text); ALTER TABLE filler ALTER body SET STORAGE EXTERNAL;
         INSERT INTO filler ${someMiB(10)}; CREATE TABLE keys AS SELECT n FROM generate_series(1, 300000) n`,
      )
      leave(150)
      for (let round = 0; round < 8; round += 1) {
        // Whatever it says to that: that the volume is full, or nothing, as it is being started again.
        await queryOnce(login, `BEGIN READ WRITE; ${fill}; COMMIT`).catch(() => {})
      }
      await ask(running(1), 2)
      await ask({ kind: 'endpoint-verified', users: [] }, 2)
      expect(await queryOnce(login, 'SELECT count(*) >= 10 AS kept FROM filler')).toEqual([{ kept: true }])
      await queryOnce(login, 'BEGIN READ WRITE; TRUNCATE filler, keys; COMMIT')
      await expect.poll(() => queryOnce(login, `INSERT INTO filler ${oneMiB}`), { timeout: patienceMs }).toEqual([])
    },
  )

  const ofFiles = kind === 'loop' ? '' : ' (needs a volume that limits them)'
  it.runIf(kind === 'loop')(
    `is told of when it runs out of files, and is started without any left${ofFiles}`,
    async () => {
      volume = await openVolumeUnderTest(kind)
      const { login, leaveFiles, health, ask, running } = volume
      leaveFiles(3000)
      await health((report) => report.volumeStage === 'NEARLY_FULL')
      const createMany = (round: number) =>
        queryOnce(
          login,
          `BEGIN READ WRITE;
         DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('CREATE TABLE t${round}_%s (n int)', i); END LOOP; END $$;
         COMMIT`,
        )
      let round = 0
      await expect
        .poll(() => createMany(round++).then(String, ({ message }: Error) => message), {
          timeout: 2 * patienceMs,
          interval: 0,
        })
        .toContain('No space left on device')
      expect((await health((report) => report.volumeStage === 'FULL')).reason).toMatch(
        /full \(\d+ of \d+ files\): writes are/,
      )
      await ask(running(1), 2)
      await ask({ kind: 'endpoint-verified', users: [] }, 2)
      for (let each = 0; each < round; each += 1) {
        await queryOnce(
          login,
          `BEGIN READ WRITE;
         DO $$ BEGIN FOR i IN 1..200 LOOP EXECUTE format('DROP TABLE IF EXISTS t${each}_%s', i); END LOOP; END $$;
         COMMIT`,
        )
      }
      await expect.poll(() => queryOnce(login, 'CREATE TABLE another (n int)'), { timeout: 2 * patienceMs }).toEqual([])
    },
  )

  it('is started on a full volume by the next agent after a power cut in the middle of such a start', async () => {
    volume = await openVolumeUnderTest(kind)
    const { host, nodeId, login, leave, ask, running } = volume
    await queryOnce(login, 'CREATE TABLE kept AS SELECT 1 AS n')
    leave(20)
    await ask({ kind: 'engine-stopped' }, 2)
    const lender = kind === 'loop' ? createLoopVolumes({ ...quietKernel, run }) : createDirectoryVolumes(run)
    const place = { directory: host.place(nodeId, 'volume'), image: host.place(nodeId, 'volume.img') }
    const { gid } = statSync(host.dataDir(nodeId))
    await lender.lendReserve(place, { user: '', uid: gid, gid }, AbortSignal.timeout(patienceMs))
    expect(await lender.hasLent(place)).toBe(true)
    await ask(running(0), 3)
    expect(await lender.hasLent(place)).toBe(false)
    await ask({ kind: 'endpoint-verified', users: [] }, 3)
    expect(await queryOnce(login, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  })
})
