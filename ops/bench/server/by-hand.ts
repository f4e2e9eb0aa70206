import { execFile, execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'

/** In seconds. */
export type ByHandTimes = {
  readonly copy: number
  readonly start: number
  readonly query: number
  readonly total: number
}

export type ByHand = {
  /**
   * What somebody who knows PostgreSQL does: copies a prepared data directory, starts the engine, logs in, asks for 1. Answers how long
   * that took, and puts it all away.
   */
  readonly create: () => Promise<ByHandTimes>
}

export type ByHandOptions = {
  /** Of the same template and the same engine that instances are made from. */
  readonly template: string
  readonly binDir: string
  /** Where the copies go. */
  readonly directory: string
}

const run = promisify(execFile)

/** PostgreSQL refuses to run as root: then as this account. */
const unprivileged = 'nobody'

type Account = { readonly uid: number; readonly gid: number }

const findAccount = (): Account | null => {
  if (process.getuid?.() !== 0) return null
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, unprivileged], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Makes ready what is not part of the figure: a copy of the template that the account owns and that lets the superuser in without a password. */
export const prepareByHand = async ({ template, binDir, directory }: ByHandOptions): Promise<ByHand> => {
  const account = findAccount()
  const own = join(directory, 'template')
  const logs = join(directory, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o755 })
  await run('cp', ['-a', template, own])
  writeFileSync(join(own, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n')
  if (account) {
    await run('chown', ['--recursive', `${account.uid}:${account.gid}`, own])
    chownSync(logs, account.uid, account.gid)
  }
  await run('sync', ['--file-system', directory])
  let count = 0

  const pgCtl = (args: readonly string[]) =>
    run(join(binDir, 'pg_ctl'), [...args], { cwd: '/', env: { LC_ALL: 'C' }, ...(account ?? {}) })

  return {
    create: async () => {
      count += 1
      const dataDir = join(directory, `data-${count}`)
      const port = await freePort()
      const log = join(logs, `${count}.log`)
      try {
        const startedAt = performance.now()
        await run('cp', ['-a', own, dataDir])
        const copiedAt = performance.now()
        const options = `-p ${port} -c unix_socket_directories=''`
        await pgCtl(['start', '--wait', '--silent', '-D', dataDir, '-l', log, '-o', options])
        const runningAt = performance.now()
        await queryOnce(port)
        const endedAt = performance.now()
        return {
          copy: (copiedAt - startedAt) / 1000,
          start: (runningAt - copiedAt) / 1000,
          query: (endedAt - runningAt) / 1000,
          total: (endedAt - startedAt) / 1000,
        }
      } catch (error) {
        throw new Error(`by hand it could not be done: ${(error as Error).message}\n${tryRead(log)}`, { cause: error })
      } finally {
        await pgCtl(['stop', '--wait', '--silent', '--mode=fast', '-D', dataDir]).catch(() => {})
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
  }
}

const queryOnce = async (port: number): Promise<void> => {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  // A session that the engine ends is told by the query.
  client.on('error', () => {})
  await client.connect()
  await client.query('SELECT 1')
  await client.end()
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const tryRead = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
