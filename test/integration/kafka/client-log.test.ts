import { logLevel } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { createClientLog } from '../../../commands/adapters/kafka/client-log.ts'

type Line = { readonly level: string; readonly fields: object; readonly message: string }

const writeOne = (level: logLevel, fields: object, namespace = 'BrokerPool'): Line => {
  const lines: Line[] = []
  const at = (name: string) => (own: object, message: string) => void lines.push({ level: name, fields: own, message })
  const write = createClientLog({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })(level)
  write({ namespace, level, label: '', log: { timestamp: '', message: 'said', ...fields } })
  const [line] = lines
  if (line === undefined || lines.length > 1) throw new Error(`expected one line, got ${lines.length}`)
  return line
}

describe('the log of the Kafka client', () => {
  it.each([
    [logLevel.ERROR, 'warn'],
    [logLevel.WARN, 'warn'],
    [logLevel.INFO, 'debug'],
    [logLevel.DEBUG, 'debug'],
  ])('of its level %d is our %s', (level, ours) => {
    expect(writeOne(level, {})).toMatchObject({ level: ours, message: 'kafka: said' })
  })

  it.each([
    ['Connection', 'Response InitProducerId(key: 22, version: 1)', 'debug'],
    ['Connection', 'Connection error: connect ECONNREFUSED', 'warn'],
    ['Runner', 'The group is rebalancing, re-joining', 'debug'],
    ['BrokerPool', 'Failed to connect to seed broker, trying another broker from the list', 'warn'],
  ])('takes of %s "%s" for our %s', (namespace, message, ours) => {
    expect(writeOne(logLevel.ERROR, { message }, namespace).level).toBe(ours)
  })

  it('says where and why, in texts and numbers', () => {
    const error = Object.assign(new Error('broken'), { config: { sasl: { password: 'secret' } } })
    const { fields } = writeOne(logLevel.ERROR, { groupId: 'g', partition: 3, error })
    expect(fields).toEqual({ kafka: 'BrokerPool', groupId: 'g', partition: 3, error: 'broken' })
  })

  it('leaves out the bytes of requests, and whatever else is not known to be harmless', () => {
    const { fields } = writeOne(logLevel.DEBUG, {
      payload: Buffer.from('secret'),
      sasl: { password: 'secret' },
      stack: 's',
    })
    expect(fields).toEqual({ kafka: 'BrokerPool' })
  })
})
