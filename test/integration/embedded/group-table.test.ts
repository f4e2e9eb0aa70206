import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGroupTable, type GroupTable, type Member } from '../../../commands/adapters/embedded/group-table.ts'
import { createMessageLog } from '../../../commands/adapters/embedded/message-log.ts'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { thisProcess } from '../../../commands/adapters/embedded/process-liveness.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('group-table')
const member = (id: string, ...topics: string[]): Member => ({ id, group: 'g', topics })

describe('the lease of a partition', () => {
  let database: EmbeddedDatabase
  let table: GroupTable
  let partitionId: number

  beforeEach(() => {
    database = openEmbeddedDatabase({ dataDir: dir.next() })
    table = createGroupTable(database.connection)
    const log = createMessageLog(database.connection)
    log.createTopic({ name: 't', partitions: 1, retentionMs: 1 })
    partitionId = log.partitions('t')[0]?.id ?? Number.NaN
    for (const session of ['one', 'other']) {
      table.renewSession(session, thisProcess(), 0)
      table.join(session, member(`member-${session}`, 't'))
    }
    table.beginAt('g', partitionId, 0)
    table.acquire('g', partitionId, 'member-one')
  })
  afterEach(() => database.close())

  it('is held by one member of a group at most', () => {
    expect(() => table.acquire('g', partitionId, 'member-other')).toThrow('UNIQUE')
  })

  it('is needed to move the offset, which only moves forwards', () => {
    table.commit('g', partitionId, 'member-one', 5)
    table.commit('g', partitionId, 'member-one', 3)
    table.commit('g', partitionId, 'member-other', 9)
    expect(table.handled('g', partitionId)).toBe(5)
  })

  it('goes with its session, and the late offset of who held it is not taken any more', () => {
    table.endSession('one')
    expect(table.members('g').map(({ id }) => id)).toEqual(['member-other'])
    expect(table.leases('g')).toEqual(new Map())
    table.acquire('g', partitionId, 'member-other')
    table.commit('g', partitionId, 'member-other', 6)
    table.commit('g', partitionId, 'member-one', 9)
    expect(table.handled('g', partitionId)).toBe(6)
  })
})

describe('retention', () => {
  it('removes what is older than the topic keeps it, and nothing else', async () => {
    const database = openEmbeddedDatabase({ dataDir: dir.next() })
    const log = createMessageLog(database.connection)
    log.createTopic({ name: 't', partitions: 1, retentionMs: 1 })
    const [partition] = log.partitions('t')
    if (partition === undefined) throw new Error('the topic has no partition')
    for (let at = 0; at < 1_500; at++) log.insert(partition, { topic: 't', key: 'k', value: String(at) }, at)
    let removed = 0
    for (let page = log.trim(partition, 1_200); page > 0; page = log.trim(partition, 1_200)) removed += page
    expect(removed).toBe(1_200)
    expect(log.read(partition, -1)[0]?.value).toBe('1200')
    await database.close()
  })
})
