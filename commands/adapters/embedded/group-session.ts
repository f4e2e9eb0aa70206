import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { aborted } from '../../../kernel/aborted.ts'
import { createDeadLetter, deadLetterRetentionMs } from '../../dead-letter-message.ts'
import type { ConsumeOptions, Consumer } from '../../ports/message-bus.ts'
import { assignPartitions, whyNotTogether } from '../group-assignment.ts'
import { type PartitionReader, startPartitionReader } from '../partition-reader.ts'
import type { Arrivals } from './arrivals.ts'
import type { GroupTable, Member } from './group-table.ts'
import type { MessageLog, Partition } from './message-log.ts'
import { createOffsetCommits } from './offset-commits.ts'
import type { EmbeddedDatabase } from './open-database.ts'
import { isCertainlyDead, thisProcess } from './process-liveness.ts'

/** The part of one message bus in all its consumer groups. */
export type GroupSession = {
  consume(options: ConsumeOptions): Consumer
  /** Looks at once for partitions that became free or new, instead of at the next heartbeat. */
  rebalance(): void
  close(): Promise<void>
}

export type GroupSessionDeps = {
  readonly database: EmbeddedDatabase
  readonly log: MessageLog
  readonly table: GroupTable
  readonly arrivals: Arrivals
  readonly now: () => number
  readonly onProblem: (what: string, error: unknown) => void
}

export type GroupTiming = {
  /** How often the session is renewed and partitions are balanced. */
  readonly heartbeatMs: number
  /** After this long without a heartbeat others take the session's partitions. */
  readonly leaseMs: number
  readonly offsetDelayMs: number
  readonly retryBaseMs: number
  readonly retryMaxMs: number
  /** How long `stop` waits for messages in hand when it is given no signal. */
  readonly stopTimeoutMs: number
}

type LocalConsumer = {
  readonly member: Member
  readonly options: ConsumeOptions
  readonly readers: Map<number, PartitionReader>
  readonly releasing: Set<number>
  readonly ready: PromiseWithResolvers<void>
  /** Where a group without offsets begins; known when joined. */
  beginAt: number | undefined
  stopping: boolean
}

const beforeFirstMessage = -1

type Lease = { readonly group: string; readonly partitionId: number; readonly memberId: string }
type Plan = {
  readonly consumer: LocalConsumer
  readonly start: { readonly partition: Partition; readonly handled: number }[]
  readonly release: number[]
  readonly held: Set<number>
  /** Why this consumer can have nothing. */
  readonly refusal: Error | null
}

/**
 * Every session looks after itself: one transaction a heartbeat renews it, drops sessions that are dead, writes what is
 * pending, and takes or plans to give back partitions as `assignPartitions` says. As only one connection writes at a time, all
 * sessions see the same rows and a partition is never leased twice.
 */
export const createGroupSession = (deps: GroupSessionDeps, timing: GroupTiming): GroupSession => {
  const { database, log, table, arrivals, now, onProblem } = deps
  const id = randomUUID()
  const owner = thisProcess()
  const offsets = createOffsetCommits({ database, table, onProblem, delayMs: timing.offsetDelayMs })
  const consumers = new Set<LocalConsumer>()
  const released = new Set<Lease>()
  const left = new Set<string>()
  let leasedUntil = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  /** Runs one heartbeat after the other. Whoever asks while one is running shares the one after it. */
  const coordinate = (): Promise<void> => {
    next ??= running.then(() => {
      next = undefined
      running = heartbeat()
      return running
    })
    return next
  }

  const heartbeat = async (): Promise<void> => {
    clearTimeout(timer)
    const expiresAt = now() + timing.leaseMs
    const leases = [...released]
    const leavers = [...left]
    try {
      // Who has what is settled anew after a failure of power, and messages whose offsets are lost come again.
      const { plans, offsetsCommitted } = await database.writeSoon(() => {
        table.renewSession(id, owner, expiresAt)
        for (const session of table.sessions()) {
          if (session.expiresAt < now() || isCertainlyDead(session.owner)) table.endSession(session.id)
        }
        const offsetsCommitted = offsets.write()
        for (const { group, partitionId, memberId } of leases) table.release(group, partitionId, memberId)
        for (const memberId of leavers) table.leave(memberId)
        for (const { member } of consumers) table.join(id, member)
        return { plans: [...consumers].map(balance), offsetsCommitted }
      }, 0)
      offsetsCommitted()
      leasedUntil = expiresAt
      for (const lease of leases) released.delete(lease)
      for (const memberId of leavers) left.delete(memberId)
      for (const plan of plans) carryOut(plan)
    } catch (error) {
      onProblem('the heartbeat of the consumer groups failed', error)
    }
    if (consumers.size > 0 || left.size > 0) timer = setTimeout(() => void coordinate(), timing.heartbeatMs)
  }

  /** Inside the transaction: takes what is free and assigned to this consumer, and notes what it should give back. */
  const balance = (consumer: LocalConsumer): Plan => {
    const { member, options } = consumer
    consumer.beginAt ??= options.start === 'earliest' ? beforeFirstMessage : database.heads.current('messages')
    const refusal = refusalOf(options)
    const plan: Plan = { consumer, start: [], release: [], held: new Set(), refusal }
    if (refusal !== null) return plan
    const members = table.members(member.group)
    const leases = table.leases(member.group)
    const partitions = options.topics.flatMap(log.partitions)
    const assigned = assignPartitions(member.group, members, partitions)
    for (const partition of partitions) {
      table.beginAt(member.group, partition.id, consumer.beginAt)
      const isAssigned = assigned.get(partition) === member.id && !consumer.stopping
      const holder = leases.get(partition.id)
      if (holder === undefined && isAssigned) {
        table.acquire(member.group, partition.id, member.id)
        // Until it is here that it has the partition, messages belong to nobody.
        if (options.start === 'now') {
          table.commit(member.group, partition.id, member.id, database.heads.current('messages'))
        }
      } else if (holder !== member.id) continue
      plan.held.add(partition.id)
      if (!isAssigned) plan.release.push(partition.id)
      else plan.start.push({ partition, handled: table.handled(member.group, partition.id) ?? beforeFirstMessage })
    }
    return plan
  }

  /** Of those that exist: a consumer may be there before its topics. */
  const refusalOf = ({ topics }: ConsumeOptions): Error | null => {
    const counts = topics.map((topic) => [topic, log.partitions(topic).length] as const)
    return whyNotTogether(new Map(counts.filter(([, count]) => count > 0)))
  }

  const carryOut = ({ consumer, start, release, held, refusal }: Plan): void => {
    for (const [partitionId, reader] of consumer.readers) {
      if (held.has(partitionId)) continue
      reader.abandon()
      consumer.readers.delete(partitionId)
    }
    if (refusal !== null) {
      onProblem(`the consumer of group ${consumer.member.group} has stopped and does not start again`, refusal)
      consumer.ready.reject(refusal)
      void stop(consumer, AbortSignal.abort())
      return
    }
    if (!consumer.stopping) {
      for (const { partition, handled } of start) {
        if (!consumer.readers.has(partition.id)) consumer.readers.set(partition.id, read(consumer, partition, handled))
      }
      for (const partitionId of release) void giveBack(consumer, partitionId)
    }
    consumer.ready.resolve()
  }

  const giveBack = async (consumer: LocalConsumer, partitionId: number): Promise<void> => {
    if (consumer.releasing.has(partitionId)) return
    consumer.releasing.add(partitionId)
    await consumer.readers.get(partitionId)?.stop()
    consumer.readers.delete(partitionId)
    consumer.releasing.delete(partitionId)
    released.add({ group: consumer.member.group, partitionId, memberId: consumer.member.id })
    await coordinate()
  }

  const read = ({ member, options }: LocalConsumer, partition: Partition, handled: number): PartitionReader =>
    startPartitionReader(
      {
        read: (after) => database.read(() => log.read(partition, after)),
        arrival: (signal) => arrivals.next(partition.id, signal),
        confirmLease: async (signal) => {
          // Passed only when this process did not run for a while: others may have taken over.
          while (now() >= leasedUntil && !signal.aborted) {
            await coordinate()
            if (now() >= leasedUntil) await delay(timing.heartbeatMs, undefined, { signal }).catch(() => undefined)
          }
        },
        handled: ({ position }) =>
          offsets.add({ group: member.group, memberId: member.id, partitionId: partition.id, handled: position }),
        park: (message, attempts, error) =>
          database.write(() => {
            const letter = createDeadLetter(message, member.group, attempts, error)
            log.createTopic({ name: letter.topic, partitions: 1, retentionMs: deadLetterRetentionMs })
            log.insert(log.route(letter), letter, now())
            table.commit(member.group, partition.id, member.id, message.position)
          }),
        onProblem,
        retryBaseMs: timing.retryBaseMs,
        retryMaxMs: timing.retryMaxMs,
      },
      partition,
      handled,
      options,
    )

  const stop = async (consumer: LocalConsumer, signal: AbortSignal): Promise<void> => {
    consumer.stopping = true
    const readers = [...consumer.readers.values()]
    await Promise.race([Promise.all(readers.map((reader) => reader.stop())), aborted(signal)])
    for (const reader of readers) reader.abandon()
    consumers.delete(consumer)
    left.add(consumer.member.id)
    await coordinate()
    consumer.ready.reject(new Error(`the consumer of group ${consumer.member.group} was stopped before it had joined`))
  }

  return {
    consume: (options) => {
      const consumer: LocalConsumer = {
        member: { id: randomUUID(), group: options.group, topics: options.topics },
        options,
        readers: new Map(),
        releasing: new Set(),
        ready: Promise.withResolvers(),
        beginAt: undefined,
        stopping: false,
      }
      // Who does not wait for it must not be stopped by it.
      consumer.ready.promise.catch(() => undefined)
      consumers.add(consumer)
      void coordinate()
      let stopped: Promise<void> | undefined
      return {
        ready: consumer.ready.promise,
        holds: () => !consumer.stopping && consumer.readers.size > 0 && now() < leasedUntil,
        stop: (signal) => {
          stopped ??= stop(consumer, signal ?? AbortSignal.timeout(timing.stopTimeoutMs))
          return stopped
        },
      }
    },
    rebalance: () => {
      if (consumers.size > 0) void coordinate()
    },
    close: async () => {
      const bound = AbortSignal.timeout(timing.stopTimeoutMs)
      await Promise.all([...consumers].map((consumer) => stop(consumer, bound)))
      clearTimeout(timer)
      if (leasedUntil > 0) await database.write(() => table.endSession(id))
    },
  }
}
