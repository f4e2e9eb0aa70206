import { resolve } from 'node:path'
import { contradictions } from './config/contradictions.ts'
import { type Setting, variablesOf } from './config/setting.ts'
import { type Config, clientVariables, settings } from './config/settings.ts'
import { reasonOf } from './config/values.ts'

export { isAgentAlone, isDistributed, runs } from './config/roles.ts'
export { type Config, type ProgramRole, roleNames } from './config/settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Thrown by `loadConfig`: everything that is wrong, one problem each, fit to be shown to whoever set it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`the configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

export type LoadedConfig = { readonly config: Config; readonly warnings: readonly string[] }

/**
 * Reads the configuration from environment variables. An empty variable counts as not set. Throws `ConfigError` naming all that is
 * wrong at once; a `COFFER_` variable that nobody knows is a warning, as it is probably a misspelt one, and so is one about traces.
 */
export const loadConfig = (environment: Environment): LoadedConfig => {
  const problems: string[] = []
  const unreadable = new Set<string>()
  const entries = Object.entries<Setting<unknown>>(settings).map(([key, setting]) => {
    let value: unknown = setting.standard === null ? null : setting.schema.parse(setting.standard)
    for (const variable of variablesOf(setting)) {
      const text = environment[variable]
      if (text === undefined || text === '') continue
      const parsed = setting.schema.safeParse(text)
      const shown = setting.isSecret ? 'set to something else, not shown here' : JSON.stringify(text)
      if (parsed.success) {
        value = parsed.data
        continue
      }
      unreadable.add(setting.variable)
      problems.push(`${variable} is ${shown}: ${reasonOf(parsed.error) ?? `it must be ${setting.accepts}`}`)
    }
    return [key, value]
  })
  // Each key was read by its own setting; those that could not be are in `problems`, and then nothing is handed out.
  const config = Object.fromEntries(entries) as Config
  // Of what could not be read nobody knows what it contradicts.
  problems.push(...contradictions(config).filter((problem) => !namesAny(problem, unreadable)))
  if (problems.length > 0) throw new ConfigError(problems)
  return { config: { ...config, dataDir: resolve(config.dataDir) }, warnings: unknownVariables(environment) }
}

const namesAny = (problem: string, variables: ReadonlySet<string>): boolean =>
  (problem.match(/[A-Z][A-Z_]+[A-Z]/g) ?? []).some((word) => variables.has(word))

const knownVariables = [
  ...Object.values<Setting<unknown>>(settings).flatMap(variablesOf),
  ...Object.keys(clientVariables),
]

const unknownVariables = (environment: Environment): string[] =>
  Object.keys(environment)
    .filter((name) => isOurs.test(name) && !knownVariables.includes(name))
    .map((name) => `${name} is not known and has no effect; did you mean ${nearest(name)}?`)

/** Those of OpenTelemetry that are about traces: the rest may be meant for other programs. */
const isOurs = /^(COFFER|OTEL_TRACES|OTEL_EXPORTER_OTLP_TRACES|OTEL_BSP|OTEL_SPAN)_/

const nearest = (name: string): string =>
  knownVariables.reduce((best, known) => (distance(name, known) < distance(name, best) ? known : best))

/** Levenshtein: how many letters must be put in, taken out or changed. */
const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...b].entries()) {
      const change = (previous[column] ?? 0) + (letter === other ? 0 : 1)
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1))
    }
    previous = current
  }
  return previous.at(-1) ?? 0
}
