import { afterEach, describe, expect, it } from 'vitest'
import { patienceMs } from '../../support/agent-host.ts'
import { queryOnce } from '../../support/postgresql-client.ts'
import { canMount } from '../../support/privileges.ts'
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
    expect(full.reason).toMatch(/^volume 9\d % full \(\d+ of \d+ MiB\): writes are refused$/)
    const stages = healthReports().map(({ volumeStage }) => volumeStage)
    expect(stages).toEqual(['ROOMY', 'FILLING', 'NEARLY_FULL', 'FULL'])
    expect(healthReports().map((report) => report.health)).toEqual(['HEALTHY', 'HEALTHY', 'HEALTHY', 'UNHEALTHY'])
    expect(startsOf(volume)).toBe(1)
    expect(await queryOnce(login, 'SELECT count(*) > 100 AS many FROM filler')).toEqual([{ many: true }])

    await queryOnce(login, 'BEGIN READ WRITE; TRUNCATE filler; COMMIT')
    await health((report) => report.health === 'HEALTHY' && healthReports().indexOf(report) > 3)
    await expect.poll(() => queryOnce(login, `INSERT INTO filler ${oneMiB}`), { timeout: patienceMs }).toEqual([])
    expect(startsOf(volume)).toBe(1)
  })
})
