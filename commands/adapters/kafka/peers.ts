import { setTimeout as delay } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import type { OutgoingMessage } from '../../ports/message-bus.ts'
import type { Cluster } from './cluster.ts'
import type { GroupMembers } from './group-members.ts'
import { fetchPartition } from './partition-fetch.ts'
import type { Renewable } from './renewable.ts'
import type { Topics } from './topics.ts'

export type PeersDeps = {
  readonly admin: Renewable<Admin>
  readonly cluster: Renewable<Cluster>
  readonly topics: Topics
  readonly members: Pick<GroupMembers, 'dismiss'>
  readonly publish: (messages: readonly OutgoingMessage[]) => Promise<void>
  readonly onProblem: (what: string, error: unknown) => void
  /** A process that was silent has lost its membership in a group. */
  readonly onDismissed: (group: string, clientId: string) => void
}

export type PeersOptions = {
  /** On the brokers. */
  readonly topic: string
  /** Its client id: no other process has it, or had it. */
  readonly name: string
  readonly beatMs: number
  /** So many beats of this process in a row without one of another: that one is silent. */
  readonly missedBeats: number
}

export type Peers = {
  /** From now on silent processes lose their membership in this group, until the returned function is called. */
  watch(group: string): () => void
  close(): Promise<void>
}

/** Read when it begins: enough to know of those that fell silent shortly before. */
const lookBack = 1_000n
const retentionMs = 3_600_000

/**
 * Brokers take a member for gone after 6 seconds of silence at least (`group.min.session.timeout.ms`), and each that goes in a rebalance holds
 * it up for as long. So processes beat in a topic of their own and take out of their groups who does not. Beats are counted, no clock is
 * asked: while the bus stands still nobody's do, and who stood still itself has missed none of the others.
 */
export const createPeers = (deps: PeersDeps, { topic, name, beatMs, missedBeats }: PeersOptions): Peers => {
  const { admin, cluster, topics, members, publish, onProblem, onDismissed } = deps
  const watched = new Map<string, number>()
  const missed = new Map<string, number>()
  const closing = new AbortController()
  const { signal } = closing
  let next: bigint | null = null
  let running: Promise<void> | null = null
  let failed = false

  const begin = async (): Promise<bigint> => {
    const [ends] = await admin.use('reading where beats end', (client) => client.fetchTopicOffsets(topic))
    const [low, high] = [BigInt(ends?.low ?? 0), BigInt(ends?.high ?? 0)]
    return high - lookBack > low ? high - lookBack : low
  }

  const hear = (from: string): void => {
    if (from !== name) missed.set(from, 0)
    else for (const [peer, beats] of missed) missed.set(peer, beats + 1)
  }

  const read = async (): Promise<void> => {
    next ??= await begin()
    const place = { topic, partition: 0, offset: next }
    const messages = await cluster.use('reading beats', (client) => fetchPartition(client, place, 0))
    for (const { key, offset } of messages) {
      hear(String(key))
      next = BigInt(offset) + 1n
    }
  }

  const dismissSilent = async (): Promise<void> => {
    const silent = new Set([...missed].flatMap(([peer, beats]) => (beats >= missedBeats ? [peer] : [])))
    if (silent.size === 0) return
    for (const group of watched.keys()) {
      for (const clientId of await members.dismiss(group, (each) => silent.has(each))) onDismissed(group, clientId)
    }
    for (const peer of silent) missed.delete(peer)
  }

  const beat = async (): Promise<void> => {
    await topics.ensure([{ name: topic, partitions: 1, retentionMs }])
    await publish([{ topic, key: name, value: '{}' }])
    await read()
    await dismissSilent()
  }

  const run = async (): Promise<void> => {
    while (watched.size > 0 && !signal.aborted) {
      try {
        await beat()
        failed = false
      } catch (error) {
        if (!failed && !signal.aborted) onProblem('the members of groups cannot watch each other for now', error)
        failed = true
        // The topic may be another one by now.
        next = null
      }
      await delay(beatMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
    running = null
  }

  return {
    watch: (group) => {
      watched.set(group, (watched.get(group) ?? 0) + 1)
      running ??= run()
      return () => {
        const left = (watched.get(group) ?? 0) - 1
        if (left > 0) watched.set(group, left)
        else watched.delete(group)
      }
    },
    close: async () => {
      closing.abort()
      await running
    },
  }
}
