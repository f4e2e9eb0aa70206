import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pip, type Tool, tool } from './postgresql-tools/tools.ts'

/** The command line of OpenStack with its commands for databases: a folder for `PYTHONPATH`. */
export const openstackClient = (): Promise<Tool> =>
  tool('openstack-client-10.5.0', ['python3', '-m', 'pip', '--version'], (draft) =>
    pip(draft, 'python-openstackclient==10.5.0', 'python-troveclient==8.11.0'),
  )

/** What the client has commands for, as it says: `database instance list`. */
export const commandsOf = (packages: string): readonly string[] => {
  const info = readdirSync(packages).find((name) => /^python_troveclient-.*\.dist-info$/.test(name)) ?? ''
  const text = readFileSync(join(packages, info, 'entry_points.txt'), 'utf8')
  return [...text.matchAll(/^((?:database|datastore)_\w+) *=/gm)].map(([, name = '']) => name.replaceAll('_', ' '))
}

const main = 'import sys; from openstackclient.shell import main; sys.exit(main(sys.argv[1:]))'
const inOrder = ['-c', 'exec "$@" 2>&1', 'sh', 'python3', '-u', '-c', main]
/** The client says that it has no such command: what it printed before was of the one before. */
const mark = 'end-of-that'

const environmentOf = (packages: string, login: Readonly<Record<string, string>>) => {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', ...login }
}

/** Runs one command, whose words are taken as they are: typed ones lose quotes within them. */
export const runOneOpenstack = (
  packages: string,
  login: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<string> =>
  new Promise((resolve) => {
    const env = environmentOf(packages, login)
    execFile('sh', [...inOrder, ...words], { env, timeout: 60_000 }, (_failed, stdout) => resolve(stdout))
  })

/**
 * Runs commands one after the other in one process of the client, as they are typed. Answers what each printed, on standard output and standard error.
 */
export const runOpenstack = async (
  packages: string,
  login: Readonly<Record<string, string>>,
  commands: readonly string[],
): Promise<readonly string[]> => {
  const env = environmentOf(packages, login)
  const output = await new Promise<string>((resolve) => {
    const child = execFile('sh', inOrder, { env, timeout: 150_000 }, (_failed, stdout) => resolve(stdout))
    child.stdin?.end(commands.flatMap((command) => [command, `help ${mark}`, '']).join('\n'))
  })
  return output.split(new RegExp(`^.*${mark}.*\n`, 'm')).slice(0, -1)
}
