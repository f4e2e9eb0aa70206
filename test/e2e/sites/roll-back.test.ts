import { describe, expect, it } from 'vitest'
import { makeLaterVersion, withNewerEvent } from '../../support/later-version.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { onEveryVersionedSite } from '../../support/versioned-site.ts'
import { waitFor } from '../../support/wait-for.ts'

describe('a later version that writes an event in another form, rolled back and forward', { timeout: 300_000 }, () =>
  onEveryVersionedSite('roll-back', ({ startControl, startHost }) => {
    const temp = createTempDir('later-version')
    let server: ServerProcess | null = null
    let api: ServerApi
    let later: string
    let kept: string
    let caught: string

    const run = async (program?: string): Promise<void> => {
      await server?.kill()
      server = await startControl(program)
      api = createServerApi(server)
      await api.untilOffered()
    }
    /** Begins to make a database, and returns once its first command is on the way. */
    const beginCreate = async (name: string) => {
      const created = await api.create({ name })
      const query = 'query ($id: ID!) { operation(id: $id) { status } }'
      await waitFor('the operation to run', async () => {
        const { operation } = await api.request<{ operation: { status: string } | null }>(query, {
          id: created.operation.id,
        })
        return operation?.status === 'RUNNING'
      })
      return created
    }

    it('makes a database, and is in the middle of another one', async () => {
      later = makeLaterVersion(withNewerEvent, temp.next())
      server = await startControl(later)
      // The host is of this version all the time.
      await startHost?.()
      await run(later)
      kept = (await api.provision({ name: 'kept' })).instance.id
      caught = (await beginCreate('caught')).operation.id
    })

    it('fails what was in flight with a code after the way back, undoes it, and does all else', async () => {
      await run()
      const { status, fault, instanceId } = await api.operationEnd(caught)
      expect({ status, code: fault?.code }).toEqual({ status: 'FAILED', code: 'UNREADABLE_HISTORY' })
      expect(await api.changeAndWait('restart', kept)).toMatchObject({ status: 'ACTIVE' })
      expect((await api.provision({ name: 'new' })).instance.status).toBe('ACTIVE')
      expect(await api.changeAndWait('delete', instanceId ?? '')).toMatchObject({ status: 'DELETED' })
      expect(await api.unequalViews()).toEqual([])
    })

    it('carries on what was in flight after the way forward', async () => {
      const forward = await beginCreate('forward')
      await run(later)
      expect(await api.operationEnd(forward.operation.id)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      expect(await api.changeAndWait('restart', kept)).toMatchObject({ status: 'ACTIVE' })
      expect(await api.unequalViews()).toEqual([])
    })
  }),
)
