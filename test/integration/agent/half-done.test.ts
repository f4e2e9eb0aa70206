import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GuestPayload } from '../../../domain/guest/command.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { NodeId } from '../../../domain/ids.ts'
import {
  type CommandResult,
  engineRunning,
  engineStopped,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'

let host: TestHost
let nodeId: NodeId
beforeEach(async () => {
  host = await openTestHost()
  nodeId = newNodeId()
})
afterEach(() => host.close(), patienceMs)

const dataDir = (): string => host.dataDir(nodeId)
const engineLog = (): string => readFileSync(host.place(nodeId, 'log', 'engine.log'), 'utf8')
const accountsReady: GuestPayload = { kind: 'accounts-ready', databases: [{ name: 'shop' }], users: [] }
const endpointVerified: GuestPayload = { kind: 'endpoint-verified', users: [] }

/** Everything that can be asked of an instance, and how many engines run when it is done. Null: as many as before. */
const outcomes: readonly { readonly payload: GuestPayload; readonly engines: 0 | 1 | null }[] = [
  { payload: volumeReady, engines: null },
  { payload: engineRunning(0), engines: 1 },
  { payload: engineRunning(1), engines: 1 },
  { payload: accountsReady, engines: 1 },
  { payload: endpointVerified, engines: 1 },
  { payload: engineStopped, engines: 0 },
  { payload: nodeAbsent, engines: 0 },
]
const nameOf = (payload: GuestPayload): string =>
  payload.kind === 'engine-running' && payload.generation > 0 ? 'a restart' : payload.kind

/** What makes sense after the other: nothing is asked of what is gone but to make it, and nothing of a stopped engine that only a running one can do. */
const follows = (first: GuestPayload, second: GuestPayload): boolean => {
  if (first.kind === 'node-absent') return second.kind === 'node-absent' || second.kind === 'engine-stopped'
  return first.kind !== 'engine-stopped' || !['accounts-ready', 'endpoint-verified'].includes(second.kind)
}
const pairs = outcomes.flatMap(({ payload: first }) =>
  outcomes.filter(({ payload: second }) => follows(first, second)).map((second) => ({ first, ...second })),
)

describe('an outcome that takes the place of another in the middle of it', { timeout: 3 * patienceMs }, () => {
  let description: HostDescription
  beforeEach(async () => {
    ;({ description } = await host.start())
    await host.provision(description, nodeId)
  })

  it.each(pairs.map((pair) => ({ ...pair, name: `${nameOf(pair.payload)} after ${nameOf(pair.first)}` })))(
    '$name comes true, at whatever moment',
    async ({ first, payload, engines }) => {
      let epoch = 1
      for (const afterMs of [0, 2, 5, 10, 20, 40, 80]) {
        if (first.kind === 'node-absent' || payload.kind === 'node-absent') {
          nodeId = newNodeId()
          await host.provision(description, nodeId)
          epoch = 1
        } else {
          epoch += 1
          const ready = await host.ask(description, nodeId, engineRunning(0), { epoch })
          expect(ready).toMatchObject({ type: 'succeeded' })
        }
        epoch += 1
        await host.plane.send(description, nodeId, first, { epoch })
        await delay(afterMs)
        epoch += 1
        const result: CommandResult = await host.ask(description, nodeId, payload, { epoch })
        expect(result, `after ${afterMs} ms`).toMatchObject({ type: 'succeeded' })
        if (engines !== null) expect(pidsOf(dataDir()), `after ${afterMs} ms`).toHaveLength(engines)
      }
    },
  )

  it.each(['engine-running', 'a restart'] as const)(
    '%s waits for an engine that takes its time to end, and starts it again',
    async (wish) => {
      const busy = join(dataDir(), 'busy')
      writeFileSync(busy, '')
      const [before] = pidsOf(dataDir())
      await host.plane.send(description, nodeId, engineStopped, { epoch: 2 })
      await expect.poll(engineLog, { timeout: patienceMs }).toContain('stopping')
      const running = await host.plane.send(description, nodeId, engineRunning(wish === 'a restart' ? 1 : 0), {
        epoch: 3,
      })
      await host.plane.report((r) => r.type === 'failed' && r.fault.code === 'SUPERSEDED')
      rmSync(busy)
      expect(await host.plane.resultOf(running)).toMatchObject({ type: 'succeeded' })
      expect(pidsOf(dataDir())).toHaveLength(1)
      expect(pidsOf(dataDir())).not.toContain(before)
    },
  )

  it('engine-running starts an engine again that somebody else told to end', async () => {
    const busy = join(dataDir(), 'busy')
    writeFileSync(busy, '')
    const [before = 0] = pidsOf(dataDir())
    process.kill(before, 'SIGINT')
    await expect.poll(engineLog, { timeout: patienceMs }).toContain('stopping')
    const running = await host.plane.send(description, nodeId, engineRunning(0), { epoch: 2 })
    await host.plane.report((r) => r.type === 'progress' && r.commandId === running.commandId)
    rmSync(busy)
    expect(await host.plane.resultOf(running)).toMatchObject({ type: 'succeeded' })
    expect(pidsOf(dataDir())).toHaveLength(1)
    expect(pidsOf(dataDir())).not.toContain(before)
  })
})
