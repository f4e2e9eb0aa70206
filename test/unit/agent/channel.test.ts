import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChannel, type JoinMeans } from '../../../agent/channel.ts'
import { openAgentDatabaseInMemory } from '../../../agent/journal/database.ts'
import { createFacts, type Facts } from '../../../agent/journal/facts.ts'
import { parseJoinTokenId } from '../../../domain/fleet/id.ts'
import { controlPlane, signatureOf, signMessage } from '../../../domain/guest/signed-message.ts'
import { parseHostId } from '../../../domain/ids.ts'
import { deriveSigner, type Signer } from '../../../kernel/signing.ts'
import { silentLog } from '../../support/silent-log.ts'

const hostId = parseHostId(randomUUID())
const key = deriveSigner('host', 'messages')
const control = deriveSigner('control', 'plane')
const another = deriveSigner('another', 'plane')
const tokenOf = (controlKey: Signer): JoinMeans => ({
  tokenId: parseJoinTokenId(randomUUID()),
  proof: deriveSigner('token', 'proof'),
  controlKey: controlKey.publicKey,
})

let database: ReturnType<typeof openAgentDatabaseInMemory>
let facts: Facts
let now = 1_000_000
beforeEach(() => {
  database = openAgentDatabaseInMemory()
  facts = createFacts(database)
  now = 1_000_000
})
afterEach(() => database.close())

const open = (join: JoinMeans | null) =>
  createChannel({ hostId, key, join, facts, clock: { now: () => now }, log: silentLog })
const command = (by: Signer) => {
  const message = { topic: 'commands', key: 'k', value: '{}' }
  const { headers } = signMessage(message, { signer: controlPlane, sequence: 0, key: by })
  return { ...message, headers, partition: 0, offset: '0', publishedAt: 0 }
}

describe('the channel of an agent', () => {
  it('believes the control plane of its join token, at the next start without it, and nobody before it has any', () => {
    const token = tokenOf(control)
    expect(open(null).isGenuine(command(control))).toBe(false)
    expect(open(null).problem).toContain('COFFER_JOIN_TOKEN')
    const first = open(token)
    expect(first.isGenuine(command(control))).toBe(true)
    expect(first.isGenuine(command(another))).toBe(false)
    expect(first.awaitsJoin()).toBe(true)
    // Not before it was let in: a token that has expired pins nothing.
    expect(open(null).isGenuine(command(control))).toBe(false)
    first.joined()
    expect(first.awaitsJoin()).toBe(false)
    expect(open(null).isGenuine(command(control))).toBe(true)
    expect(open(token).awaitsJoin()).toBe(false)
  })

  it('goes over to another control plane with another token, and not back with the former one', () => {
    const token = tokenOf(control)
    open(token).joined()
    const next = tokenOf(another)
    const second = open(next)
    expect(second.isGenuine(command(another))).toBe(true)
    second.joined()
    const after = open(next)
    expect(after.isGenuine(command(another))).toBe(true)
    expect(after.isGenuine(command(control))).toBe(false)
  })

  it('needs no answer where the process has the master key', () => {
    const channel = open({ ...tokenOf(control), tokenId: null })
    expect(channel.awaitsJoin()).toBe(false)
    expect(channel.problem).toBeNull()
    expect(channel.isGenuine(command(control))).toBe(true)
  })

  it('counts its messages upwards, whatever the clock does, and over a restart', () => {
    const sequenceOf = (channel: ReturnType<typeof open>): number =>
      signatureOf({ headers: {}, ...channel.sign({ topic: 't', key: 'k', value: 'v' }) })?.sequence ?? 0
    const first = open(null)
    const said = [sequenceOf(first), sequenceOf(first)]
    now -= 500_000
    said.push(sequenceOf(first))
    const second = open(null)
    said.push(sequenceOf(second), sequenceOf(second))
    now += 10_000_000
    said.push(sequenceOf(second))
    expect(said).toEqual(said.toSorted((a, b) => a - b))
    expect(new Set(said).size).toBe(said.length)
    expect(said.at(-1)).toBe(now)
  })
})
