import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { programDir } from '../../../../ops/program-info.ts'

export type Service = {
  readonly image: string
  readonly restart: string
  readonly command?: readonly string[]
  readonly networks: readonly string[]
  readonly ports?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly healthcheck?: object
  readonly privileged?: boolean
  readonly logging: object
  readonly stop_grace_period: string
  readonly deploy: { readonly resources: { readonly limits: Readonly<Record<string, string | number>> } }
}

export type Compose = {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

export const deployDir = join(programDir, 'ops', 'deploy')
export const runbookDir = join(programDir, 'docs', 'runbook')

export const readDeployed = (name: string): string => readFileSync(join(deployDir, name), 'utf8')

export const readRunbook = (page: string): string => readFileSync(join(runbookDir, page), 'utf8')

export const readCompose = (): Compose => parse(readDeployed('compose.yaml'), { merge: true }) as Compose

export const agentUnits = ['coffer-agent.service', 'coffer-agent-unprivileged.service'] as const
export const controlRoles = ['api', 'saga', 'projector'] as const

/** Files of a deployment and the pages about it, by path below the program's directory. */
export const deploymentTexts = (): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>()
  for (const directory of ['ops/deploy', 'ops/deploy/systemd', 'docs/runbook']) {
    for (const entry of readdirSync(join(programDir, directory), { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`
      if (entry.isFile()) texts.set(path, readFileSync(join(programDir, path), 'utf8'))
    }
  }
  return texts
}

/** What is in ``` blocks of a shell, one command a line. */
export const shellLines = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].flatMap(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  )
