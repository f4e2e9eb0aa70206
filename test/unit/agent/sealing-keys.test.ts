import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createFacts } from '../../../agent/journal/facts.ts'
import { openSealingKeys } from '../../../agent/secrets/sealing-keys.ts'
import { sealPassword } from '../../../commands/secrets/seal.ts'
import { parseNodeId } from '../../../domain/ids.ts'
import { type Sealed, sealedSchema } from '../../../domain/values/instance-spec.ts'
import type { SealingKey } from '../../../domain/values/sealing-key.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('sealing-keys')
const unreadable = expect.objectContaining({ code: 'SECRET_UNREADABLE' })
const nodeId = parseNodeId(randomUUID())
const day = 24 * 3_600_000

const databases: ReturnType<typeof openAgentDatabase>[] = []
afterEach(() => {
  for (const database of databases.splice(0)) database.close()
})

const openIn = async (directory: string, now = Date.parse('2030-01-01T00:00:00Z')) => {
  const database = openAgentDatabase(`${directory}.db`)
  databases.push(database)
  const clock = { now: () => now }
  return openSealingKeys(directory, { facts: createFacts(database), clock })
}

const firstOf = (keys: readonly SealingKey[], index = 0): SealingKey => {
  const key = keys[index]
  if (!key) throw new Error(`there is no key ${index}`)
  return key
}
const sealFor = (key: SealingKey, password: string, user = 'ann', of = nodeId): Promise<Sealed> =>
  sealPassword(key, { nodeId: of, user, password })

describe('a password sealed to a key of the host', () => {
  it.each(['x', 'correct horse battery staple', 'Ünïcödé ☂', 'p'.repeat(10_000)])(
    'opens with the private key: %#',
    async (text) => {
      const keys = await openIn(temp.next())
      const sealed = await sealFor(firstOf(await keys.offer()), text)
      expect(await keys.open(sealed, nodeId, 'ann')).toBe(text)
    },
  )

  it('differs every time and shows nothing of the text', async () => {
    const keys = await openIn(temp.next())
    const key = firstOf(await keys.offer())
    const [one, other] = [await sealFor(key, 'planted-password'), await sealFor(key, 'planted-password')]
    expect(one).not.toBe(other)
    expect(Buffer.from(one.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toContain('planted')
  })

  it('opens for its own instance and user alone', async () => {
    const keys = await openIn(temp.next())
    const sealed = await sealFor(firstOf(await keys.offer()), 'secret')
    await expect(keys.open(sealed, nodeId, 'bob')).rejects.toThrow(unreadable)
    await expect(keys.open(sealed, parseNodeId(randomUUID()), 'ann')).rejects.toThrow(unreadable)
  })

  it('does not open when any byte of it was changed', async () => {
    const keys = await openIn(temp.next())
    const key = firstOf(await keys.offer())
    const box = Buffer.from((await sealFor(key, 'secret')).split('.')[1] ?? '', 'base64url')
    for (let index = 0; index < box.length; index += 1) {
      const changed = Buffer.from(box)
      changed[index] = (changed[index] ?? 0) ^ 1
      const sealed = sealedSchema.parse(`${key.number}.${changed.toString('base64url')}`)
      await expect(keys.open(sealed, nodeId, 'ann')).rejects.toThrow(unreadable)
    }
  })

  it.each(['', 'AQ', '1.', 'not sealed at all'])('is not %j', async (text) => {
    const keys = await openIn(temp.next())
    await keys.offer()
    await expect(keys.open(sealedSchema.parse(text), nodeId, 'ann')).rejects.toThrow(unreadable)
  })

  it('cannot be opened once its key was destroyed, and the others can', async () => {
    const directory = temp.next()
    const keys = await openIn(directory)
    const offered = await keys.offer()
    const [one, other] = [firstOf(offered), firstOf(offered, 1)]
    const [sealed, sealedOther] = [await sealFor(one, 'secret'), await sealFor(other, 'secret')]
    await keys.destroy(one.number)
    await keys.destroy(one.number)
    await expect(keys.open(sealed, nodeId, 'ann')).rejects.toThrow(unreadable)
    expect(await keys.open(sealedOther, nodeId, 'ann')).toBe('secret')
    expect(readdirSync(directory).filter((file) => file.startsWith(`${one.number}.`))).toEqual([])
  })
})

describe('the keys that a host offers', () => {
  it('are the same after a restart, in files for their owner alone that do not hold each other', async () => {
    const directory = temp.next()
    const offered = await (await openIn(directory)).offer()
    databases.pop()?.close()
    expect(await (await openIn(directory)).offer()).toEqual(offered)
    const files = readdirSync(directory)
    expect(files).toHaveLength(offered.length)
    for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
    expect(new Set(files.map((file) => readFileSync(join(directory, file), 'utf8'))).size).toBe(offered.length)
  })

  it('leave out those that commands have used, and are made up for with higher numbers', async () => {
    const keys = await openIn(temp.next())
    const first = await keys.offer()
    const used = firstOf(first, 2)
    await keys.open(await sealFor(used, 'secret'), nodeId, 'ann')
    const second = await keys.offer()
    expect(second).toHaveLength(first.length)
    expect(second.slice(0, first.length - 3)).toEqual(first.slice(3))
    const numbers = second.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })

  it('are renewed when half of them were used', async () => {
    const keys = await openIn(temp.next())
    let asked = 0
    keys.onUsed(() => {
      asked += 1
    })
    const offered = await keys.offer()
    const half = offered.length / 2
    await keys.open(await sealFor(firstOf(offered, half - 1), 'secret'), nodeId, 'ann')
    expect(asked).toBe(0)
    await keys.open(await sealFor(firstOf(offered, half), 'secret'), nodeId, 'ann')
    expect(asked).toBe(1)
  })

  it('open what was sealed to one that was passed over, until no command can be under way any more', async () => {
    const directory = temp.next()
    const now = Date.parse('2030-01-01T00:00:00Z')
    const early = await openIn(directory, now)
    const offered = await early.offer()
    const sealed = await sealFor(firstOf(offered), 'secret')
    await early.open(await sealFor(firstOf(offered, 5), 'secret'), nodeId, 'ann')
    await early.offer()
    expect(await early.open(sealed, nodeId, 'ann')).toBe('secret')
    databases.pop()?.close()
    const late = await openIn(directory, now + 31 * day)
    await late.offer()
    await expect(late.open(sealed, nodeId, 'ann')).rejects.toThrow(unreadable)
  })

  it('have higher numbers than before when the agent has lost its journal and its keys', async () => {
    const now = Date.parse('2030-01-01T00:00:00Z')
    const before = await (await openIn(temp.next(), now)).offer()
    const after = await (await openIn(temp.next(), now + 60_000)).offer()
    expect(firstOf(after).number).toBeGreaterThan(before.at(-1)?.number ?? Number.POSITIVE_INFINITY)
  })
})
