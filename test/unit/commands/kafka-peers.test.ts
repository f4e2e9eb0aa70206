import type { Admin } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Broker, Cluster } from '../../../commands/adapters/kafka/cluster.ts'
import { createPeers, type Peers } from '../../../commands/adapters/kafka/peers.ts'
import type { Renewable } from '../../../commands/adapters/kafka/renewable.ts'
import type { Topics } from '../../../commands/adapters/kafka/topics.ts'
import { waitFor } from '../../support/wait-for.ts'

const beatMs = 2

/** A topic of one partition in memory, and who was taken out of groups. */
const createScene = () => {
  const log: string[] = []
  const dismissed: string[] = []
  const problems: string[] = []
  const opened: Peers[] = []
  const others: string[] = []
  let isAway = false
  let attempts = 0
  const broker: Broker = {
    fetch: async (request) => {
      const { topics } = request as { topics: [{ partitions: [{ fetchOffset: string }] }] }
      const from = Number(topics[0].partitions[0].fetchOffset)
      const messages = log.slice(from).map((key, at) => ({
        key: Buffer.from(key),
        value: null,
        timestamp: '0',
        attributes: 0,
        offset: String(from + at),
        headers: {},
      }))
      return { responses: [{ partitions: [{ messages }] }] }
    },
    leaveGroup: async () => {},
  }
  const client = {
    addTargetTopic: async () => {},
    findLeaderForPartitions: () => ({ 1: [0] }),
    findBroker: async () => broker,
  }
  const cluster = { use: (_: string, work: (c: Cluster) => unknown) => work(client as unknown as Cluster) }
  const admin = {
    use: (_: string, work: (c: Admin) => unknown) =>
      work({ fetchTopicOffsets: async () => [{ low: '0', high: String(log.length) }] } as unknown as Admin),
  }
  const open = (name: string): Peers => {
    const peers = createPeers(
      {
        admin: admin as Renewable<Admin>,
        cluster: cluster as Renewable<Cluster>,
        topics: { ensure: async () => {} } as unknown as Topics,
        members: {
          dismiss: async (group, isChosen) => {
            const chosen = ['a', 'b', 'c'].filter(isChosen)
            dismissed.push(...chosen.map((each) => `${each} of ${group} by ${name}`))
            return chosen
          },
        },
        publish: async (messages) => {
          attempts += 1
          if (isAway) throw new Error('away')
          log.push(...messages.map(({ key }) => key), ...others)
        },
        onProblem: (what) => problems.push(what),
        onDismissed: () => {},
      },
      { topic: 'members', name, beatMs, missedBeats: 3 },
    )
    opened.push(peers)
    return peers
  }
  return {
    log,
    dismissed,
    problems,
    open,
    attempts: () => attempts,
    /** From now on another process beats whenever one does. */
    alsoBeats: (name: string) => void others.push(name),
    goAway: (away: boolean) => {
      isAway = away
    },
    close: () => Promise.all(opened.map((peers) => peers.close())),
  }
}

describe('a member of a group that watches the others', () => {
  let scene: ReturnType<typeof createScene>
  beforeEach(() => {
    scene = createScene()
  })
  afterEach(() => scene.close())
  const beatsOf = (name: string): number => scene.log.filter((key) => key === name).length

  it('takes out one that was there before it and says nothing, once', async () => {
    scene.log.push('b')
    scene.open('a').watch('g')
    await waitFor('it to be taken out', () => scene.dismissed.length > 0)
    const until = beatsOf('a') + 10
    await waitFor('ten beats more', () => beatsOf('a') >= until)
    expect(scene.dismissed).toEqual(['b of g by a'])
  })

  it('keeps those that beat, however long', async () => {
    scene.alsoBeats('b')
    scene.open('a').watch('g')
    await waitFor('ten beats', () => beatsOf('a') >= 10)
    expect(scene.dismissed).toEqual([])
  })

  it('takes out one that comes back and falls silent again', async () => {
    scene.log.push('b')
    scene.open('a').watch('g')
    await waitFor('it to be taken out', () => scene.dismissed.length === 1)
    scene.log.push('b')
    await waitFor('it to be taken out again', () => scene.dismissed.length === 2)
  })

  it('takes nobody out while the bus is away, and says once that it is', async () => {
    scene.log.push('b')
    scene.goAway(true)
    scene.open('a').watch('g')
    await waitFor('it to have tried ten times', () => scene.attempts() >= 10)
    expect(scene.dismissed).toEqual([])
    expect(scene.problems).toEqual(['the members of groups cannot watch each other for now'])
    scene.goAway(false)
    await waitFor('it to be taken out', () => scene.dismissed.length === 1)
  })

  it('says nothing more when it is told to stop watching', async () => {
    const stop = scene.open('a').watch('g')
    await waitFor('a beat', () => beatsOf('a') > 0)
    stop()
    await scene.close()
    const beats = beatsOf('a')
    scene.open('c').watch('g')
    await waitFor('ten beats of another', () => beatsOf('c') >= 10)
    expect(beatsOf('a')).toBe(beats)
  })
})
