import type { Config, ProgramRole } from './settings.ts'

/** Whether several machines can share the stores; else they are files in the data directory. An agent needs nothing but the bus. */
export const isDistributed = (config: Config): boolean => config.kafkaBrokers !== null

/** Whether this process is an agent and nothing else. */
export const isAgentAlone = (config: Config): boolean => config.roles.every((role) => role === 'agent')

/** Whether this process has a part to play. */
export const runs = (config: Config, role: Exclude<ProgramRole, 'all'>): boolean =>
  config.roles.includes('all') || config.roles.includes(role)
