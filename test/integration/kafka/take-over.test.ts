import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { ConsumeOptions, MessageBus } from '../../../commands/ports/message-bus.ts'
import { waitFor } from '../../support/wait-for.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

/** So long that nothing that a test waits for can come of it. */
const sessionTimeoutMs = 600_000

type Membership = Pick<ConsumeOptions, 'membership'>

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    const gone = once(child, 'exit')
    if (child.kill('SIGKILL')) await gone
  }
})

/** A member in another process. */
const startMember = (brokers: readonly string[], topic: string, group: string, { membership }: Membership) => {
  const script = join(import.meta.dirname, 'consume.ts')
  const how = JSON.stringify({ membership, sessionTimeoutMs })
  const child = spawn(process.execPath, [script, brokers.join(','), topic, group, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const values = new Set<string>()
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
    for (const line of output.split('\n').slice(0, -1)) values.add(line)
  })
  return {
    values,
    signal: (name: NodeJS.Signals): void => {
      child.kill(name)
    },
  }
}

/** A group on a topic of four partitions, with a member here. */
const openScene = async (brokers: readonly string[], { membership }: Membership) => {
  const bus: MessageBus = createTestBus(brokers, { sessionTimeoutMs })
  const topic = `topic-${randomUUID()}`
  const group = `group-${topic}`
  await bus.ensureTopics([{ name: topic, partitions: 4, retentionMs: 3_600_000 }])
  const values = new Set<string>()
  let count = 0
  return {
    topic,
    group,
    values,
    consume: () =>
      bus.consume({
        group,
        topics: [topic],
        start: 'earliest',
        ...(membership && { membership }),
        handle: async ({ value }) => void values.add(value),
      }),
    /** Some for each partition. */
    publish: async (): Promise<readonly string[]> => {
      const numbers = Array.from({ length: 20 }, () => String(count++))
      await bus.publish(numbers.map((value) => ({ topic, key: `key-${value}`, value })))
      return numbers
    },
    close: () => bus.close(),
  }
}

const watched = { membership: 'watched' } as const
const single = { membership: 'single' } as const

describe('members of a group on Kafka that watch each other', () => {
  it.for(['SIGKILL', 'SIGSTOP'] as const)('go on for one that gets %s', async (signal, context) => {
    const brokers = needKafka(context)
    const here = await openScene(brokers, watched)
    const member = startMember(brokers, here.topic, here.group, watched)
    const consumer = here.consume()
    await waitFor('both to have some', async () => {
      await here.publish()
      return member.values.size > 0 && here.values.size > 0
    })
    member.signal(signal)
    const after = await here.publish()
    await waitFor('the one that is left to have all', () => after.every((value) => here.values.has(value)))
    if (signal === 'SIGSTOP') {
      member.signal('SIGCONT')
      const before = member.values.size
      await waitFor('the other to take part again', async () => {
        await here.publish()
        return member.values.size > before
      })
    }
    await consumer.stop()
    await here.close()
  })

  it('do not wait for those that were killed before they came', async (context) => {
    const brokers = needKafka(context)
    const here = await openScene(brokers, watched)
    const members = [1, 2].map(() => startMember(brokers, here.topic, here.group, watched))
    await waitFor('both to have some', async () => {
      await here.publish()
      return members.every((member) => member.values.size > 0)
    })
    for (const member of members) member.signal('SIGKILL')
    const values = await here.publish()
    const consumer = here.consume()
    await waitFor('the new one to have all', () => values.every((value) => here.values.has(value)))
    await consumer.stop()
    await here.close()
  })
})

it('a member of a group on Kafka that is alone there takes the place of one that was killed', async (context) => {
  const brokers = needKafka(context)
  const here = await openScene(brokers, single)
  const values = await here.publish()
  const member = startMember(brokers, here.topic, here.group, single)
  await waitFor('the first to have all', () => member.values.size === values.length)
  member.signal('SIGKILL')
  const consumer = here.consume()
  await consumer.ready
  await waitFor('the second to have all', () => here.values.size === values.length)
  expect(here.values).toEqual(new Set(values))
  await consumer.stop()
  await here.close()
})
