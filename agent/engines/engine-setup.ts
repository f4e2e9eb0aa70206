import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { EngineDriver, Installation } from './engine.ts'

/** Where an engine may be found besides the operating system's own directories: with the program, and in its data directory. */
export type EnginePlaces = { readonly programDir: string; readonly dataDir: string }

/** Packages that are fetched together, the server's first; all are of one version. An engine has several sets where each series has names of its own, newest first. */
export type PackageSet = readonly string[]

/** What an agent, an operator's commands and an image need of one engine. An absent part is one that the engine does not need. */
export type EngineSetup = {
  readonly datastore: DatastoreType
  readonly createDriver: (places: EnginePlaces, kernel: Pick<Kernel, 'clock' | 'timers' | 'log'>) => EngineDriver
  /** Makes the builds that the program brings along fit to run, where its directory may be written to. May be repeated. */
  readonly finishCarried?: (programDir: string) => Promise<void>
  /** Where Debian and Ubuntu have the engine's programs. Where the host has no such engine, they are fetched. */
  readonly packages?: readonly PackageSet[]
  /**
   * Adds a build from an archive to those that agents of this data directory offer, whole or not at all. Answers what it is and where. Throws
   * `BuildRefused`.
   */
  readonly addBuild?: (
    archive: string,
    places: EnginePlaces,
    say: (text: string) => void,
  ) => Promise<{ readonly installation: Installation; readonly directory: string }>
}

/** A build that could not be added, in words for the administrator. */
export class BuildRefused extends Error {
  override readonly name = 'BuildRefused'
}
