import { ConfigError, loadConfig } from '../../../ops/config.ts'

/** What the configuration says is wrong with this environment; nothing, where it takes it. */
export const problemsOf = (environment: Readonly<Record<string, string>>): readonly string[] => {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
