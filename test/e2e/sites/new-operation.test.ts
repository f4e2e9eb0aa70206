import { describe, expect, it } from 'vitest'
import { makeLaterVersion, recyclingMs, withNewOperation } from '../../support/later-version.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { onEveryVersionedSite } from '../../support/versioned-site.ts'
import { waitFor } from '../../support/wait-for.ts'

/** Of all operations that the later version is asked for before the way back. */
const operationTimeoutMs = 75_000

/** What takes seconds where nothing is wrong. */
const ordinaryMs = 45_000

const within = async <T>(work: Promise<T>, ms = ordinaryMs): Promise<T> => {
  const startedAt = performance.now()
  const result = await work
  expect(performance.now() - startedAt).toBeLessThan(ms)
  return result
}

describe('a later version with an operation of its own, rolled back and forward', { timeout: 300_000 }, () =>
  onEveryVersionedSite('new-operation', ({ startControl, startHost }) => {
    const temp = createTempDir('later-version')
    const running: ServerProcess[] = []
    let control: ServerProcess
    let api: ServerApi
    let later: string
    let kept: string
    let caught: { readonly instanceId: string; readonly operationId: string }

    /** Kills what runs and starts processes of these programs; where one is left out, of this version. */
    const run = async (
      programs: { readonly control?: string; readonly host?: string } = {},
      env: Readonly<Record<string, string>> = {},
    ): Promise<void> => {
      for (const server of running.splice(0)) await server.kill()
      control = await startControl(programs.control, env)
      running.push(control)
      if (startHost) running.push(await startHost(programs.host))
      api = createServerApi(control)
      await waitFor('the host to be heard of', async () => {
        const { hosts } = await api.request<{ hosts: { nodes: readonly { status: string }[] } }>(
          '{ hosts { nodes { status } } }',
        )
        return hosts.nodes.length > 0 && hosts.nodes.every(({ status }) => status === 'UP')
      })
      await api.untilOffered()
    }
    const output = (): string => running.map((server) => server.output()).join('')
    const stepOf = async (id: string): Promise<string> => {
      const { operation } = await api.request<{ operation: { steps: readonly { message: string | null }[] } | null }>(
        'query ($id: ID!) { operation(id: $id) { steps { message } } }',
        { id },
      )
      return operation?.steps.map(({ message }) => message).join() ?? ''
    }
    const expectAllElseToGoOn = async (name: string): Promise<void> => {
      const { instance } = await within(api.provision({ name }))
      expect(instance.status).toBe('ACTIVE')
      expect(await within(api.changeAndWait('stop', instance.id))).toMatchObject({ status: 'STOPPED' })
      expect(await within(api.changeAndWait('delete', instance.id))).toMatchObject({ status: 'DELETED' })
      expect((await fetch(`${control.url}/readyz`)).status).toBe(200)
      expect(await api.unequalViews()).toEqual([])
    }

    it('carries the operation out, and is in the middle of another one', async () => {
      later = makeLaterVersion(withNewOperation, temp.next())
      await run({ control: later, host: later }, { COFFER_OPERATION_TIMEOUT: `${operationTimeoutMs / 1000}` })
      kept = (await api.provision({ name: 'kept' })).instance.id
      expect(await api.changeAndWait('restart', kept)).toMatchObject({ status: 'ACTIVE' })
      const { instance } = await api.provision({ name: 'caught' })
      const { operation } = await api.change('restart', instance.id)
      caught = { instanceId: instance.id, operationId: operation.id }
      await waitFor('the host to work on it', async () => (await stepOf(operation.id)).includes('recycling'))
    })

    it('names what this version cannot read after the way back, and goes on with all else', async () => {
      const ordinary = await api.create({ name: 'ordinary' })
      await run()
      expect(await within(api.operationEnd(ordinary.operationId))).toMatchObject({ status: 'SUCCEEDED', fault: null })
      // The host had begun with a command that it does not know any more.
      await waitFor('the host to refuse it', () => output().includes('a command that was in progress is refused'))
      await expectAllElseToGoOn('new')
      const { unreadableEvents } = await api.request<{
        unreadableEvents: { nodes: readonly { stream: string; reason: string }[] }
      }>('{ unreadableEvents(first: 500) { nodes { stream reason } } }')
      expect(unreadableEvents.nodes).toEqual(
        expect.arrayContaining([
          { stream: `instance-${kept}`, reason: 'UNKNOWN_TYPE' },
          { stream: `instance-${caught.instanceId}`, reason: 'UNKNOWN_TYPE' },
          { stream: `operation-${caught.operationId}`, reason: 'MALFORMED_DATA' },
        ]),
      )
      await expect(api.change('stop', caught.instanceId)).rejects.toThrow('UNREADABLE_HISTORY')
    })

    it('fails what was in flight at its deadline, with a code, though this version does not know what it is', async () => {
      // By its type alone: what it is of is no operation that this version knows.
      const query = '{ events(last: 50, filter: { types: ["OperationFailed"] }) { nodes { operationId data } } }'
      type Failed = {
        readonly operationId: string | null
        readonly data: { readonly fault: { readonly code: string } }
      }
      const failed = await waitFor(
        'the operation to end',
        async () => {
          const { events } = await api.request<{ events: { nodes: readonly Failed[] } }>(query)
          return events.nodes.find(({ operationId }) => operationId === caught.operationId)
        },
        operationTimeoutMs + ordinaryMs,
      )
      expect(failed.data.fault).toMatchObject({
        code: 'UNREADABLE_HISTORY',
        message: expect.stringContaining('did not end by its deadline'),
      })
      expect((await fetch(`${control.url}/readyz`)).status).toBe(200)
    })

    it('tells the instance after the way forward, and carries on all else', async () => {
      const ordinary = await api.create({ name: 'forward' })
      // In the order of the runbook: the control plane first.
      await run({ control: later })
      expect(await within(api.operationEnd(ordinary.operationId))).toMatchObject({ status: 'SUCCEEDED', fault: null })
      const { status, fault } = await within(api.operationEnd(caught.operationId))
      expect({ status, code: fault?.code }).toEqual({ status: 'FAILED', code: 'UNREADABLE_HISTORY' })
      // Failed, until its host tells that the engine serves all the same.
      expect(['FAILED', 'ACTIVE']).toContain((await within(api.settled(caught.operationId))).status)
      await expectAllElseToGoOn('newer')
    })

    if (startHost) {
      it('fails with a code while a host is of this version, and undoes it', async () => {
        const { operation } = await api.change('restart', kept)
        const { status, fault } = await within(api.operationEnd(operation.id))
        expect({ status, code: fault?.code }).toEqual({ status: 'FAILED', code: 'COMMAND_NOT_UNDERSTOOD' })
        expect(await api.settled(operation.id)).toMatchObject({ status: 'ACTIVE' })
        await run({ control: later, host: later })
      })
    }

    it('carries the operation out again', async () => {
      for (const id of [kept, caught.instanceId]) {
        const { operation } = await api.change('restart', id)
        expect(await within(api.settled(operation.id), recyclingMs + ordinaryMs)).toMatchObject({ status: 'ACTIVE' })
      }
    })
  }),
)
