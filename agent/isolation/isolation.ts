import type { Isolation } from '../../domain/host/events.ts'
import type { HostId } from '../../domain/ids.ts'
import { shortId } from '../layout.ts'
import { type Cgroups, detectCgroups } from './cgroups.ts'
import { createDirectoryVolumes } from './directory-volumes.ts'
import { createLoopVolumes, type LoopSupport, probeLoopVolumes } from './loop-volumes.ts'
import type { MountDeps } from './mounts.ts'
import { createOwners, type Owners } from './owners.ts'
import { findPrivileges, type Privileges } from './privileges.ts'
import type { IdRange } from './unix-users.ts'
import type { VolumeKind, Volumes } from './volumes.ts'

export type HostIsolation = {
  readonly owners: Owners
  readonly cgroups: Cgroups
  readonly privileges: Privileges
  readonly volumeKind: VolumeKind
  readonly volumes: (kind: VolumeKind) => Volumes
  /** What instances get, and in words what the host could not give. */
  readonly description: Isolation
}

export type IsolationOptions = {
  readonly root: boolean
  readonly hostId: HostId
  /** Of the accounts of instances. */
  readonly accountIds: IdRange
  readonly volumes: 'auto' | VolumeKind
  /** Where volumes will be: whether they can be mounted is tried there. */
  readonly directory: string
}

/**
 * Finds the strongest isolation this host gives. Loop volumes are tried by really mounting one: neither root nor a device node says
 * that a container allows it. Throws when `loop` was demanded and cannot be had.
 */
export const findIsolation = async (
  deps: MountDeps,
  options: IsolationOptions,
  signal: AbortSignal,
): Promise<HostIsolation> => {
  const { root, hostId } = options
  const owners = createOwners(deps, root, options.accountIds)
  const cgroups = detectCgroups(deps.timers, shortId(hostId))
  const [loop, privileges] = await Promise.all([
    findLoopSupport(deps, options, signal),
    findPrivileges(deps.run, signal),
  ])
  if (options.volumes === 'loop' && loop.whyNot !== null) {
    throw new Error(`volumes of kind loop were demanded, but this host cannot give them: ${loop.whyNot}`)
  }
  const volumeKind = loop.whyNot === null ? 'loop' : 'directory'
  const kinds: Readonly<Record<VolumeKind, Volumes>> = {
    loop: createLoopVolumes(deps),
    directory: createDirectoryVolumes(deps.run),
  }
  const shortOf =
    loop.whyNot !== null
      ? [`the size of volumes is not enforced: ${loop.whyNot}`]
      : loop.reserves
        ? []
        : ['the room of volumes is not reserved: the file system of the host cannot do that']
  return {
    owners,
    cgroups,
    privileges,
    volumeKind,
    volumes: (kind) => kinds[kind],
    description: {
      unixUser: owners.own,
      cgroup: cgroups.kind,
      volume: volumeKind,
      missing: [...owners.missing, ...cgroups.missing, ...privileges.missing, ...shortOf],
    },
  }
}

const findLoopSupport = async (
  deps: MountDeps,
  { root, volumes, directory }: IsolationOptions,
  signal: AbortSignal,
): Promise<LoopSupport> => {
  if (volumes === 'directory') return { whyNot: 'directories were asked for', reserves: false }
  if (!root) return { whyNot: 'the agent does not run as root', reserves: false }
  return probeLoopVolumes(deps, directory, signal)
}
