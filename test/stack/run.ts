import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onStopSignal } from '../../ops/lifecycle.ts'
import { freePorts } from '../support/free-ports.ts'
import { quietKernel } from '../support/quiet-kernel.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { waitFor } from '../support/wait-for.ts'
import { deleteDatabases } from './delete-databases.ts'
import { type RoleProcess, startRole } from './role-process.ts'
import { newSecrets, startStores } from './stores.ts'

/** Stops what was started, the last first; what fails to stop is told and does not keep the others from stopping. */
type Stop = { readonly name: string; readonly stop: () => Promise<unknown> }

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const revivalTimeoutMs = 60_000

const start = async (stops: Stop[], signal: AbortSignal): Promise<void> => {
  const revivals: (() => Promise<void>)[] = []
  const directory = await mkdtemp(join(tmpdir(), 'coffer-stack-'))
  const dataDir = join(directory, 'data')
  stops.push({ name: 'the directory', stop: () => rm(directory, { recursive: true, force: true }) })
  const stores = await startStores(stops, say)
  const secrets = newSecrets(process.env)
  const ports = [Number(process.env.COFFER_PORT || 4000), ...(await freePorts(3))]
  const roles = ['api', 'saga', 'projector', 'agent'] as const
  // Each is there before the next, as an api takes no requests before there are views to answer from.
  for (const role of ['saga', 'projector', 'api', 'agent'] as const) {
    signal.throwIfAborted()
    const port = String(ports[roles.indexOf(role)])
    const environment = {
      ...stores,
      ...secrets,
      COFFER_DATA_DIR: dataDir,
      COFFER_PORT: port,
      COFFER_ENGINES_ON_STOP: 'stop',
    }
    const startIt = (until: AbortSignal): Promise<RoleProcess> => startRole(role, environment, until)
    let running = await startIt(signal)
    stops.push({ name: role, stop: () => running.stop() })
    say(`  ${role.padEnd(12)} process ${running.pid}, http://127.0.0.1:${port}/readyz and /metrics`)
    void running.ended.then((how) => {
      if (signal.aborted) return
      say(`  ${role.padEnd(12)} ended by itself: ${how}`)
      revivals.push(async () => {
        running = await startIt(AbortSignal.timeout(revivalTimeoutMs))
      })
    })
  }
  const url = `http://127.0.0.1:${ports[0]}`
  await databasesAreOnOffer(createServerApi({ url, adminToken: secrets.COFFER_ADMIN_TOKEN }), signal)
  await writeFile(join(dataDir, 'url'), `${url}\n`, { mode: 0o600 })
  await writeFile(join(dataDir, 'admin-token'), `${secrets.COFFER_ADMIN_TOKEN}\n`, { mode: 0o600 })
  stops.push({
    name: 'the databases',
    stop: async () => {
      // Whoever was killed to see what happens is needed once more, that nothing stays on the machine.
      for (const revive of revivals) await revive()
      await deleteDatabases({ url, adminToken: secrets.COFFER_ADMIN_TOKEN })
    },
  })
  say(`
  Coffer is ready at ${url} (GraphiQL: ${url}/graphql)

  Make a database:  COFFER_DATA_DIR=${dataDir} ./coffer instance create shop --datastore postgresql --database app --user app --wait
  Ctrl-C deletes the databases, stops everything and leaves nothing behind
`)
}

/** An agent runs before Kafka lets it in, and what it offers is then on its way to the views. */
const databasesAreOnOffer = (api: ServerApi, signal: AbortSignal): Promise<boolean> =>
  waitFor('the agent to offer its databases', async () => {
    signal.throwIfAborted()
    const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
    return datastores.length > 0
  })

const interrupted = new AbortController()
const { promise: ended, resolve: end } = Promise.withResolvers<void>()
const wishes = {
  stop: () => {
    say('\n  stopping; once more to leave everything as it is')
    interrupted.abort(new Error('interrupted'))
    end()
  },
  force: () => process.exit(130),
}
onStopSignal(process, wishes, quietKernel.clock)

const stops: Stop[] = []
try {
  await start(stops, interrupted.signal)
  await ended
} catch (error) {
  if (!interrupted.signal.aborted) {
    process.exitCode = 1
    process.stderr.write(`coffer: the stack could not be started: ${(error as Error).message}\n`)
  }
}
let isClean = true
for (const { name, stop } of stops.toReversed()) {
  await stop().catch((error: Error) => {
    isClean = false
    process.stderr.write(`coffer: ${name} did not stop in order: ${error.message}\n`)
  })
}
if (isClean) say('  Everything is stopped, and nothing is left.')
else process.exitCode = 1
process.exit()
