import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Agent, createAgent } from '../../agent/agent.ts'
import { createEngineBuilds } from '../../agent/builds/engine-builds.ts'
import { agentDefaults } from '../../agent/config.ts'
import { engineSetups } from '../../agent/engines/registry.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Config } from '../config.ts'
import { programDir, programVersion } from '../program-info.ts'

/** The agent of this machine, with every engine it knows to run. */
export const createLocalAgent = (
  { bus, kernel }: { readonly bus: MessageBus; readonly kernel: Kernel },
  config: Config,
): Agent =>
  createAgent({
    ...kernel,
    bus,
    drivers: engineSetups.map(({ createDriver }) => createDriver({ programDir, dataDir: config.dataDir }, kernel)),
    builds: createEngineBuilds(engineSetups, {
      dataDir: config.dataDir,
      say: (text) => kernel.log.debug({}, text),
    }),
    config: {
      ...agentDefaults,
      agentDir: join(config.dataDir, 'agent'),
      name: config.agentName ?? hostname(),
      address: config.engineAddress,
      listenAddress: config.engineListenAddress,
      agentVersion: programVersion,
      ports: config.enginePorts,
      accountIds: config.engineAccountIds,
      capacity: {
        ...(config.capacityVcpus === null ? {} : { vcpus: config.capacityVcpus }),
        ...(config.capacityMemoryMiB === null ? {} : { memoryMiB: config.capacityMemoryMiB }),
        ...(config.capacityVolumeGiB === null ? {} : { volumeGiB: config.capacityVolumeGiB }),
      },
      volumes: config.volumeKind,
      preparedVolumes: config.preparedVolumes,
      fetch: engineSetups
        .filter(({ packages, datastore }) => packages && isWanted(config.fetchEngines, datastore))
        .map(({ datastore }) => datastore),
      // The version a request without one gets is ready before anybody asks for it.
      prepare: engineSetups.map(({ datastore }) => ({ datastore })),
    },
  })

const isWanted = (words: Config['fetchEngines'], datastore: DatastoreType): boolean =>
  words.includes('all') || words.includes(datastore)
