import { expect, it } from 'vitest'
import type { FoundAccounts } from '../../../agent/engines/engine.ts'
import type { AccountWatchDeps } from '../../../agent/supervision/watch-accounts.ts'
import { createAccountWatch, lookIntervalMs } from '../../../agent/supervision/watch-accounts.ts'
import { parseHostId, parseInstanceId, parseNodeId } from '../../../domain/ids.ts'
import { exampleUuid } from '../../support/example-events.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'

const nodeId = parseNodeId(exampleUuid('node'))
const record = {
  nodeId,
  instanceId: parseInstanceId(exampleUuid('instance')),
  desired: 'running',
  health: 'HEALTHY',
}

const open = () => {
  const kernel = createVirtualKernel()
  const told: (readonly string[])[] = []
  let here: FoundAccounts = { databases: ['app'], users: ['app'] }
  let meanwhile = (): Promise<void> => Promise.resolve()
  const list = async (): Promise<FoundAccounts> => {
    const found = here
    await meanwhile()
    return found
  }
  const watch = createAccountWatch({
    ...kernel,
    hostId: parseHostId(exampleUuid('host')),
    records: { all: () => [record] },
    control: { describe: async () => ({ driver: { accounts: { list } }, instance: {} }) },
    journal: { report: (_: unknown, report: { databases: { names: string[] } }) => told.push(report.databases.names) },
    reporter: { wake: () => undefined },
  } as unknown as AccountWatchDeps)
  return {
    ...watch,
    told,
    set: (...databases: string[]) => {
      here = { databases, users: ['app'] }
    },
    during: (act: () => Promise<void>) => {
      meanwhile = act
    },
    look: async (times = 1) => {
      for (let time = 0; time < times; time += 1) await kernel.advance(lookIntervalMs)
    },
  }
}

it('tells what is there, and again when that has changed or ten minutes have passed', async () => {
  const { told, set, look, stop } = open()
  await look(3)
  expect(told).toEqual([['app']])
  set('made', 'app')
  await look(2)
  expect(told).toEqual([['app'], ['app', 'made']])
  await look(60)
  expect(told).toHaveLength(3)
  await stop()
})

it('tells few of many changes, and the last of them in the end', async () => {
  const { told, set, look, stop } = open()
  for (let n = 0; n < 360; n += 1) {
    set(`scratch${n}`)
    await look()
  }
  // An hour, of which the first twelve looks were told, and then one in ten minutes.
  expect(told.length).toBeLessThanOrEqual(1 + 12 + 7)
  await look(60)
  expect(told.at(-1)).toEqual(['scratch359'])
  await stop()
})

it('tells nothing of a look that Coffer has changed something under, and all of the next', async () => {
  const { told, set, look, during, whileChanged, stop } = open()
  await look()
  during(() => whileChanged(nodeId, () => Promise.resolve()))
  set('half')
  await look()
  expect(told).toEqual([['app']])
  during(() => Promise.resolve())
  set('app')
  await look()
  expect(told).toEqual([['app'], ['app']])
  await stop()
})
