import type { EngineSetup } from './engine-setup.ts'
import { mariadbSetup } from './mariadb/setup.ts'
import { postgresqlSetup } from './postgresql/setup.ts'
import { redisSetup } from './redis/setup.ts'

/** The engines that agents can run, in the order in which their templates are made ready. */
export const engineSetups: readonly EngineSetup[] = [postgresqlSetup, mariadbSetup, redisSetup]
