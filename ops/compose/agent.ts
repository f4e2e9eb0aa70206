import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Agent, createAgent } from '../../agent/agent.ts'
import { createEngineBuilds } from '../../agent/builds/engine-builds.ts'
import type { JoinMeans } from '../../agent/channel.ts'
import { agentDefaults } from '../../agent/config.ts'
import { engineSetups } from '../../agent/engines/registry.ts'
import type { BackupStore } from '../../commands/ports/backup-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { controlSigner, ownJoinSigner } from '../../commands/secrets/control-channel.ts'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import { joinTokenPurpose, tryJoinToken } from '../../domain/guest/join-token.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { deriveSigner } from '../../kernel/signing.ts'
import type { Config } from '../config.ts'
import { programDir, programVersion } from '../program-info.ts'

/** Who has the master key is the control plane, and needs no token of it. */
const joinMeansOf = (config: Config, masterKey: MasterKey | null): JoinMeans | null => {
  if (masterKey)
    return { tokenId: null, proof: ownJoinSigner(masterKey), controlKey: controlSigner(masterKey).publicKey }
  const token = config.joinToken === null ? null : tryJoinToken(config.joinToken)
  if (token === null) return null
  const { tokenId, secret, controlKey } = token
  return { tokenId, proof: deriveSigner(secret, joinTokenPurpose), controlKey }
}

/** The agent of this machine, with every engine it knows to run. */
export const createLocalAgent = (
  {
    bus,
    backups,
    kernel,
    masterKey,
  }: {
    readonly bus: MessageBus
    readonly backups: BackupStore | null
    readonly kernel: Kernel
    readonly masterKey: MasterKey | null
  },
  config: Config,
): Agent =>
  createAgent({
    ...kernel,
    bus,
    ...(backups && { backups }),
    join: joinMeansOf(config, masterKey),
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
