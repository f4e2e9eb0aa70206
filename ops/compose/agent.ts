import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Agent, createAgent } from '../../agent/agent.ts'
import { agentDefaults } from '../../agent/config.ts'
import { createPostgresqlDriver } from '../../agent/engines/postgresql/driver.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { systemRandom } from '../../kernel/random.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import type { Config } from '../config.ts'
import { programVersion } from '../program-info.ts'
import { postgresqlPaths } from './postgresql-paths.ts'

/** The agent of this machine, with every engine it knows to run. */
export const createLocalAgent = (
  deps: { readonly bus: MessageBus; readonly log: Log; readonly tracer: Tracer },
  config: Config,
): Agent =>
  createAgent({
    ...deps,
    drivers: [createPostgresqlDriver({ searchPaths: postgresqlPaths(config.dataDir), log: deps.log })],
    clock: systemClock,
    ids: createIdSource(systemClock, systemRandom),
    config: {
      ...agentDefaults,
      agentDir: join(config.dataDir, 'agent'),
      name: config.agentName ?? hostname(),
      address: config.engineAddress,
      listenAddress: config.engineListenAddress,
      agentVersion: programVersion,
      ports: config.enginePorts,
      capacity: {
        ...(config.capacityVcpus === null ? {} : { vcpus: config.capacityVcpus }),
        ...(config.capacityMemoryMiB === null ? {} : { memoryMiB: config.capacityMemoryMiB }),
        ...(config.capacityVolumeGiB === null ? {} : { volumeGiB: config.capacityVolumeGiB }),
      },
      volumes: config.volumeKind,
      preparedVolumes: config.preparedVolumes,
      // The version a request without one gets is ready before anybody asks for it.
      prepare: [{ datastore: 'postgresql' }],
    },
  })
