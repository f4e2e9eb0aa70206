import {
  type ConsumeOptions,
  type IncomingMessage,
  type MessageBus,
  MessageBusUnavailable,
  type OutgoingMessage,
  PoisonMessage,
} from '../../commands/ports/message-bus.ts'
import { eventsTopic, isCofferTopic } from '../../domain/guest/topics.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'
import type { Life, VirtualTime } from './virtual-time.ts'

/** The bus as its servers have it, which outlive every process. */
export type SimulatedBus = {
  readonly open: (life: Life) => MessageBus
  /** What could not be handled, in words. */
  readonly parked: readonly string[]
  /** Members that are gone lose their partitions after their session. */
  readonly lifeIsOver: (life: Life) => void
}

type Member = { readonly life: Life; readonly options: ConsumeOptions; isGone: boolean }
type Group = { readonly members: Member[]; readonly offsets: Map<string, number>; changed: PromiseWithResolvers<void> }

const sessionMs = 10_000
const retryMs = 1000
const mostRepeated = 3
/** The events of the log are published until they are there; what agents are told and tell is made good by deadlines. */
const mayBeLost = (topic: string): boolean => isCofferTopic(topic) && topic !== eventsTopic
const unavailable = (why: string) => new MessageBusUnavailable(`the simulated bus: ${why}`)

export const createSimulatedBus = (deps: {
  readonly network: Network
  readonly random: Random
  readonly time: VirtualTime
  readonly tell: (line: string) => void
}): SimulatedBus => {
  const { network, random, time, tell } = deps
  const topics = new Map<string, IncomingMessage[][]>()
  const groups = new Map<string, Group>()
  const parked: string[] = []

  const groupOf = (name: string): Group => {
    const known = groups.get(name)
    if (known) return known
    const group = { members: [], offsets: new Map<string, number>(), changed: Promise.withResolvers<void>() }
    groups.set(name, group)
    return group
  }
  const wake = (group: Group): void => {
    group.changed.resolve()
    group.changed = Promise.withResolvers()
  }
  const ownerOf = (group: Group, partition: number): Member | undefined => {
    const members = group.members.filter(({ isGone }) => !isGone)
    return members[partition % members.length]
  }
  const partitionOf = (key: string, count: number): number =>
    [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7) % count

  const publish = (messages: readonly OutgoingMessage[]): void => {
    for (const { topic } of messages) if (!topics.has(topic)) throw unavailable(`there is no topic ${topic}`)
    for (const message of messages) {
      const partitions = topics.get(message.topic) ?? []
      if (mayBeLost(message.topic) && random.chance(network.faults.lose)) {
        tell(`the bus loses a message to ${message.topic}`)
        continue
      }
      const partition = partitionOf(message.key, partitions.length)
      const queue = partitions[partition]
      queue?.push({ headers: {}, ...message, partition, offset: `${queue.length}`, publishedAt: time.now() })
    }
    for (const group of groups.values()) wake(group)
  }

  const deliver = async (member: Member, group: Group, topic: string, partition: number, stopped: AbortSignal) => {
    const place = `${topic}/${partition}`
    const { options, life } = member
    let next: number | null = null
    while (!stopped.aborted && !life.isOver) {
      const queue = topics.get(topic)?.[partition] ?? []
      const { changed } = group
      if (ownerOf(group, partition) !== member) {
        next = null
        await changed.promise
        continue
      }
      next ??= options.start === 'now' ? queue.length : (group.offsets.get(place) ?? 0)
      const message = queue[next]
      if (message === undefined) {
        await changed.promise
        continue
      }
      await network.delay()
      if (network.isCut(life.name)) {
        await time.sleep(retryMs)
        continue
      }
      try {
        await options.handle(message, stopped)
        next += 1
      } catch (error) {
        if (life.isOver || stopped.aborted) return
        if (error instanceof PoisonMessage) {
          parked.push(`${options.group}: ${error.message}`)
          next += 1
        } else {
          await time.sleep(retryMs)
          continue
        }
      }
      if (random.chance(network.faults.repeat)) {
        next = Math.max(0, next - 1 - random.below(mostRepeated))
        tell(`${options.group}: ${place} is given again from ${next}`)
      }
      group.offsets.set(place, next)
    }
  }

  const open = (life: Life): MessageBus => {
    const call = <T>(what: string, work: () => T) => network.call(life, what, unavailable, work)
    return {
      ensureTopics: (specs) =>
        call('make topics', () => {
          for (const { name, partitions } of specs) {
            if (!topics.has(name))
              topics.set(
                name,
                Array.from({ length: partitions }, () => []),
              )
          }
        }),
      publish: (messages) =>
        call(`publish to ${[...new Set(messages.map(({ topic }) => topic))]}`, () => publish(messages)),
      consume: (options) => {
        const group = groupOf(options.group)
        const member: Member = { life, options, isGone: false }
        const stopped = new AbortController()
        group.members.push(member)
        wake(group)
        for (const topic of options.topics) {
          for (const partition of (topics.get(topic) ?? []).keys()) {
            time.within(life, () => void deliver(member, group, topic, partition, stopped.signal))
          }
        }
        return {
          ready: network.delay(),
          holds: () => !member.isGone && !life.isOver && ownerOf(group, 0) === member,
          stop: async () => {
            stopped.abort()
            member.isGone = true
            wake(group)
          },
        }
      },
      lag: (name) =>
        call('ask for the lag', () => {
          const group = groupOf(name)
          const followed = new Set(group.members.flatMap(({ options }) => options.topics))
          return [...followed].map((topic) => ({
            topic,
            group: name,
            messages: (topics.get(topic) ?? []).reduce(
              (sum, queue, partition) => sum + queue.length - (group.offsets.get(`${topic}/${partition}`) ?? 0),
              0,
            ),
          }))
        }),
      removeGroups: async () => [],
      deadLetters: { topics: async () => [], read: async () => ({ letters: [], next: null }), get: async () => null },
      now: () => call('ask for the time', time.now),
      close: async () => {},
    }
  }

  return {
    open,
    parked,
    lifeIsOver: (life) => {
      void time.sleep(sessionMs).then(() => {
        for (const group of groups.values()) {
          for (const member of group.members) if (member.life === life) member.isGone = true
          wake(group)
        }
      })
    },
  }
}
