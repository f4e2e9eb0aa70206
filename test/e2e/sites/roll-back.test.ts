import { describe, expect, it } from 'vitest'
import { createDistributedSite, whyNoStores } from '../../support/distributed-site.ts'
import { makeLaterVersion } from '../../support/later-version.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { createServerSite } from '../../support/server-site.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

type Form = {
  /** Starts what serves the API and runs operations. `program`: of another version. */
  readonly start: (program?: string) => Promise<ServerProcess>
  /** Runs the host where it is a process of its own. It is of this version all the time. */
  readonly startHost: () => Promise<unknown>
}

const embedded = (): Form => {
  const site = createServerSite('roll-back')
  return {
    start: (program) => site.start(program === undefined ? {} : { program }),
    startHost: async () => null,
  }
}
const distributed = (): Form => {
  const site = createDistributedSite('roll-back')
  return {
    start: (program) => site.start('projector,saga,api', {}, program),
    startHost: () => site.start('agent'),
  }
}

const defineTests = (open: () => Form): void => {
  const form = open()
  const temp = createTempDir('later-version')
  let server: ServerProcess | null = null
  let api: ServerApi
  let later: string
  let kept: string
  let caught: string

  const run = async (program?: string): Promise<void> => {
    await server?.kill()
    server = await form.start(program)
    api = createServerApi(server)
    await waitFor('the offer of the host', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
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

  it('makes a database, and is in the middle of another one, with a later version', async () => {
    later = makeLaterVersion(temp.next())
    server = await form.start(later)
    await form.startHost()
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
    expect((await api.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
  })

  it('carries on what was in flight after the way forward', async () => {
    const forward = await beginCreate('forward')
    await run(later)
    expect(await api.operationEnd(forward.operation.id)).toMatchObject({ status: 'SUCCEEDED', fault: null })
    expect(await api.changeAndWait('restart', kept)).toMatchObject({ status: 'ACTIVE' })
    expect((await api.verifyViews()).filter(({ equal }) => !equal)).toEqual([])
  })
}

describe('an embedded server that is rolled back and forward', { timeout: 300_000 }, () => defineTests(embedded))

const missing = whyNoStores()
describe('a distributed system that is rolled back and forward', { timeout: 300_000 }, () => {
  if (missing) it(`goes on (${missing})`, (context) => context.skip(missing))
  else defineTests(distributed)
})
