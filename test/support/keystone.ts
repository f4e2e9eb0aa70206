import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from './free-ports.ts'
import { pip, type Tool, tool } from './postgresql-tools/tools.ts'

const run = promisify(execFile)

/** The identity service of OpenStack: a folder for `PYTHONPATH`. */
export const keystonePackages = (): Promise<Tool> =>
  tool('keystone-30.0.0', ['python3', '-m', 'pip', '--version'], (draft) => pip(draft, 'keystone==30.0.0'))

const password = 'the-password-of-its-administrator'

const config = (directory: string): string => `
[DEFAULT]
log_file = ${directory}/keystone.log
[database]
connection = sqlite:///${directory}/keystone.db
[fernet_tokens]
key_repository = ${directory}/fernet
[cache]
enabled = false
`

const manage = 'import sys; from keystone.cmd.manage import main; sys.exit(main())'

const serve = `
import os, sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server
sys.argv = ['keystone', '--config-file', 'keystone.conf']
from keystone.server.wsgi import initialize_public_application
class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
server = make_server('127.0.0.1', int(os.environ['KEYSTONE_PORT']), initialize_public_application(), server_class=Server)
print('listening', flush=True)
server.serve_forever()
`

export type Keystone = {
  /** With `/v3`. */
  readonly url: string
  /** A token of a user in a project; the administrator's in its own where none is named. Null: the login is refused. */
  readonly logIn: (user?: Login) => Promise<string | null>
  /** Asks as the administrator. Throws for what is not answered with success. */
  readonly ask: <Answer>(method: string, path: string, body?: object) => Promise<Answer>
  readonly stop: () => Promise<void>
}
export type Login = { readonly name: string; readonly password: string; readonly projectId: string }

/** A real Keystone on a database of its own in `directory`, with its roles and an administrator. */
export const startKeystone = async (packages: string, directory: string): Promise<Keystone> => {
  await mkdir(join(directory, 'fernet'), { recursive: true, mode: 0o700 })
  await writeFile(join(directory, 'keystone.conf'), config(directory))
  const [port = 0] = await freePorts(1)
  const { PATH = '', HOME = '' } = process.env
  const env = {
    ...{ PATH, HOME, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' },
    ...{ OS_KEYSTONE_CONFIG_DIR: directory, KEYSTONE_PORT: String(port) },
  }
  const url = `http://127.0.0.1:${port}/v3`
  const python = (...args: readonly string[]) =>
    run('python3', ['-c', manage, '--config-file', 'keystone.conf', ...args], { cwd: directory, env, timeout: 120_000 })
  const { username } = userInfo()
  await python('db_sync')
  await python('fernet_setup', '--keystone-user', username, '--keystone-group', username)
  await python('bootstrap', '--bootstrap-password', password, '--bootstrap-public-url', url)
  const child = spawn('python3', ['-u', '-c', serve], { cwd: directory, env, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`Keystone ended: see ${directory}/keystone.log`))),
  ])

  const logIn: Keystone['logIn'] = async (user) => {
    const scope = { project: user ? { id: user.projectId } : { name: 'admin', domain: { id: 'default' } } }
    const who = { name: user?.name ?? 'admin', password: user?.password ?? password, domain: { id: 'default' } }
    const identity = { methods: ['password'], password: { user: who } }
    const response = await fetch(`${url}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity, scope } }),
    })
    return response.ok ? response.headers.get('x-subject-token') : null
  }
  const admin = await logIn()
  if (admin === null) throw new Error('Keystone does not let its administrator in')
  return {
    url,
    logIn,
    ask: async (method, path, body) => {
      const headers = { 'x-auth-token': admin, 'content-type': 'application/json' }
      const response = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
      return text === '' ? {} : JSON.parse(text)
    },
    stop: async () => {
      child.kill()
      await ended
    },
  }
}
