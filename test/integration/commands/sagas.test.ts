import { afterEach, describe, expect, it } from 'vitest'
import { UnequalTopics } from '../../../commands/ports/message-bus.ts'
import { createSagas } from '../../../commands/sagas/sagas.ts'
import { eventsTopic } from '../../../domain/guest/topics.ts'
import { settings } from '../../support/control-plane.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide } from '../../support/write-side.ts'

const dir = createTempDir('sagas')
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const open = () => {
  const side = openWriteSide(dir.next())
  const sagas = createSagas({ ...side, worker: 'test', settings, hostLostAfterMs: 3_600_000 })
  disposals.push(side.close, () => sagas.stop(AbortSignal.timeout(10_000)))
  return { ...side, sagas }
}

describe('sagas', { timeout: 60_000 }, () => {
  it('do not start where events and reports have unequal numbers of partitions, and say which has how many', async () => {
    const { bus, sagas } = open()
    await bus.ensureTopics([{ name: eventsTopic, partitions: 8, retentionMs: 3_600_000 }])
    const error = await sagas.start().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(UnequalTopics)
    expect(error.message).toContain('coffer.events has 8, coffer.agent.results has 4')
  })
})
