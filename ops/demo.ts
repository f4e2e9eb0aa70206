import { killEngineOf, query } from './demo/database.ts'
import { createStage, type Stage } from './demo/stage.ts'

/**
 * `npm run demo`: a tour of everything, for real: a server on a directory and a port of its own, the command line as you would use it,
 * a database to log in to. Ends by itself, also when interrupted, and leaves nothing behind.
 */
const tour = async (stage: Stage): Promise<void> => {
  const { tell, coffer, read } = stage

  tell('A new PostgreSQL. The steps are shown while they happen; the password is shown this once.')
  await coffer('instance create shop --datastore postgresql --version 17 --database app --user app --wait')
  const password = 'a planted Pässword: %/@'
  tell('Another one, for programs: JSON, a password of our own, and a key that makes it safe to ask again.')
  const request = ['instance', 'create', 'orders', '--datastore', 'postgresql', '--flavor', 'tiny', '--database', 'app']
  const asked = [
    ...request,
    '--user',
    'app',
    '--password-env',
    'app=ORDERS_PASSWORD',
    '--idempotency-key',
    'demo-1',
    '--wait',
    '-o',
    'json',
  ]
  const orders = await read(asked, { ORDERS_PASSWORD: password })
  const again = await read(asked, { ORDERS_PASSWORD: password })
  tell(
    `The same request again answered with the same instance: ${orders.id === again.id && again.replayed ? 'yes' : 'NO'}.`,
  )
  stage.expect(orders.id === again.id && again.replayed, 'a repeated request makes no second instance')
  const uri = String(orders.credentials[0]?.uri)

  tell('Log in with the URI it gave: over TLS, the server verified against its CA.')
  await query(stage, uri, 'CREATE TABLE cart (item text, pieces int)')
  await query(stage, uri, "INSERT INTO cart VALUES ('lamp', 2), ('chair', 4)")
  await query(stage, uri, 'SELECT version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()')

  tell('Stop it, start it, restart it: the data stays.')
  await coffer('instance stop orders --wait')
  await coffer('instance start orders --wait')
  await coffer('instance restart orders --wait')
  const kept = await query(stage, uri, 'SELECT sum(pieces)::int AS pieces FROM cart')
  stage.expect(kept[0]?.pieces === 6, 'the rows are still there')

  tell('Kill the engine with SIGKILL, as a bug or the kernel would. The agent brings it back.')
  const downMs = await killEngineOf(stage, uri)
  tell(`Answering again after ${downMs} ms.`)

  tell('What cannot be is refused, with a reason and nothing changed. The exit code says so: 2.')
  await coffer('instance create shop --datastore oracle', { exitCode: 2 })
  await coffer('instance create shop --datastore postgresql --volume 0', { exitCode: 2 })
  await coffer('instance create shop --datastore postgresql --user postgres', { exitCode: 2 })

  tell('A token that may only look.')
  const reader = await read(['token', 'issue', 'dashboard', '--role', 'reader', '-o', 'json'])
  await coffer('instance list', { environment: { COFFER_TOKEN: String(reader.secret) } })
  await coffer('instance delete shop', { environment: { COFFER_TOKEN: String(reader.secret) }, exitCode: 2 })

  tell('The log is the system: every change, who caused it and why.')
  await coffer('events --instance orders --limit 12')
  tell('Everything shown here is derived from that log. Derive it again, and compare:')
  await coffer('admin rebuild-views --verify')

  tell('Delete both: no process, file, account, mount or cgroup stays.')
  await coffer('instance delete shop --wait')
  await coffer('instance delete orders --wait')
  await coffer('operation list')
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())

const startedAt = performance.now()
const stage = await createStage(interrupted.signal)
try {
  await stage.open()
  await tour(stage)
  process.exitCode = 0
} catch (error) {
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  const reason = interrupted.signal.aborted ? 'interrupted' : (error as Error).message
  process.stdout.write(`\nThe demo ends early: ${reason}\n`)
} finally {
  await stage.close()
}
process.stdout.write(
  `\nThe server is stopped and its directory removed. ${((performance.now() - startedAt) / 1000).toFixed(1)} s in all.\n`,
)
