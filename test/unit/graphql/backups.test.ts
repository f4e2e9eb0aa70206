import { describe, expect, it } from 'vitest'
import { bank, createApiUnderTest, shop } from './api-under-test.ts'

const at = (hour: string): string => `2026-03-01T${hour}:00:00.000Z`
const proof = { at: at('09'), tookMs: 1, tables: 1, rows: 1, fault: null }

const createWorld = async () => {
  const api = createApiUnderTest()
  const { token } = await api.putToken(shop, 'member')
  const instance = await api.putInstance(shop, { name: 'orders' })
  const theirs = await api.putInstance(bank, { name: 'ledger' })
  const proven = await api.putBackup(instance, { createdAt: at('01'), proof: { ...proof, status: 'PROVEN' } })
  const newest = await api.putBackup(instance, { createdAt: at('02') })
  const broken = await api.putBackup(instance, {
    createdAt: at('03'),
    status: 'DELETING',
    proof: { ...proof, status: 'FAILED' },
  })
  const failed = await api.putBackup(instance, { createdAt: at('04'), status: 'FAILED' })
  await api.putBackup(theirs, { createdAt: at('05') })
  const ask = async (document: string, variables: Readonly<Record<string, unknown>>) =>
    (await api.ask(document, { token, variables })).data
  return { ask, instance, theirs, proven, newest, broken, failed }
}

describe('the backups of a project', () => {
  it('are cut by status, proof and time', async () => {
    const { ask, theirs, proven, newest, broken, failed } = await createWorld()
    const listed = async (filter: object): Promise<readonly string[]> => {
      const document = 'query ($filter: BackupFilter) { backups(filter: $filter) { nodes { id } } }'
      return (await ask(document, { filter })).backups.nodes.map(({ id }: { readonly id: string }) => id)
    }
    expect(await listed({})).toEqual([proven.id, newest.id, broken.id, failed.id])
    expect(await listed({ proof: ['PROVEN'] })).toEqual([proven.id])
    expect(await listed({ proof: ['UNPROVEN'] })).toEqual([newest.id, failed.id])
    expect(await listed({ proof: ['PROVEN', 'FAILED'] })).toEqual([proven.id, broken.id])
    expect(await listed({ proof: ['UNPROVEN'], status: ['AVAILABLE'] })).toEqual([newest.id])
    expect(await listed({ since: at('02'), until: at('04') })).toEqual([newest.id, broken.id])
    expect(await listed({ instanceId: theirs.id })).toEqual([])
  })

  it('tell the newest of an instance that is available, and the newest that was restored', async () => {
    const { ask, instance, theirs, proven, newest } = await createWorld()
    const document = 'query ($id: ID!) { instance(id: $id) { newestBackup { id } newestProvenBackup { id } } }'
    const found = { newestBackup: { id: newest.id }, newestProvenBackup: { id: proven.id } }
    expect(await ask(document, { id: instance.id })).toEqual({ instance: found })
    expect(await ask(document, { id: theirs.id })).toEqual({ instance: null })
  })
})
