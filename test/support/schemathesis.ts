import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pip, type Tool, tool } from './postgresql-tools/tools.ts'

/** Schemathesis, which asks an API by its description, and a validator of descriptions: a folder for `PYTHONPATH`. */
export const schemathesis = (): Promise<Tool> =>
  tool('schemathesis-4.32.5', ['python3', '-m', 'pip', '--version'], (draft) =>
    pip(draft, 'schemathesis==4.32.5', 'openapi-spec-validator==0.7.2'),
  )

/**
 * What no answer may be: 501 is one of ours, with its reason. The parameter of the path that says whose project it is stays, and so does the host, which the
 * answers' links are made of.
 */
const hooks = `
import schemathesis

@schemathesis.check
def no_fault_of_its_own(ctx, response, case):
    assert response.status_code < 500 or response.status_code == 501, f"answered {response.status_code}"
`

const config = (project: string): string => `
[parameters]
"path.owner" = "${project}"
`

export type Run = { readonly failed: boolean; readonly output: string }

const python = (packages: string, cwd: string, args: readonly string[], timeoutMs: number): Promise<Run> => {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'hooks' }
  return new Promise((resolve) => {
    execFile('python3', args, { cwd, env, timeout: timeoutMs, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: `${stdout}${stderr}` }),
    )
  })
}

export type Fuzz = {
  /** A folder of the run's own. */
  readonly directory: string
  readonly url: string
  readonly token: string
  readonly project: string
  /** How many cases of each call are tried, besides those that its description suggests. */
  readonly casesPerCall: number
  readonly timeoutMs: number
}

/** Asks the API at `url`. What it printed says how many requests there were, and for what failed how to repeat it. */
export const fuzz = async (packages: string, wish: Fuzz): Promise<Run> => {
  const { directory, url, token, project, casesPerCall, timeoutMs } = wish
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'hooks.py'), hooks)
  await writeFile(join(directory, 'schemathesis.toml'), config(project))
  const args = [
    ...[
      '-m',
      'schemathesis.cli',
      'run',
      `${url}/v1.0/openapi.json`,
      '--url',
      url,
      '--header',
      `X-Auth-Token: ${token}`,
    ],
    ...['--checks', 'no_fault_of_its_own,status_code_conformance,content_type_conformance,response_schema_conformance'],
    ...['--phases', 'examples,coverage,fuzzing', '--max-examples', String(casesPerCall), '--seed', '1', '--no-shrink'],
    ...['--continue-on-failure', '--warnings', 'off', '--suppress-health-check', 'all'],
  ]
  return python(packages, directory, args, timeoutMs)
}

/** Fails for a document that OpenAPI 3.1 does not allow. `directory`: one of its own. */
export const validateOpenApi = async (packages: string, directory: string, document: object): Promise<Run> => {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'openapi.json'), JSON.stringify(document))
  return python(packages, directory, ['-m', 'openapi_spec_validator', 'openapi.json'], 60_000)
}
