import type { AccessLevel } from '../../domain/values/access-levels.ts'
import type { FaultCode } from '../../domain/values/fault-codes.ts'
import type { DatastoreType, InstanceSpec } from '../../domain/values/instance-spec.ts'
import type { Parameter, ParameterValues } from '../../domain/values/parameter.ts'
import type { VolumeStage } from '../../domain/values/volume-use.ts'

/**
 * One engine version found on the host. `source`: `npm` (carried by a package), `added` (by an administrator, to Coffer alone), `fetched` (from the packages of
 * the distribution, for Coffer alone) or `system`.
 */
export type Installation = {
  readonly datastore: DatastoreType
  /** Exact, as the engine prints it: `17.10`. */
  readonly version: string
  readonly source: 'npm' | 'added' | 'fetched' | 'system'
  /** Of the libraries that came with it, those whose age matters. */
  readonly libraries?: readonly { readonly name: string; readonly version: string }[]
  /** The directory of the engine's programs. */
  readonly binDir: string
  /** The directory that the programs find their shared files and libraries from. Default: the one above `binDir`. */
  readonly prefix?: string
}

/** The Unix account an engine runs as; null when the agent is not root and the engine runs as the agent's own user. */
export type Owner = { readonly user: string; readonly uid: number; readonly gid: number } | null

export type TlsFiles = { readonly certificate: string; readonly key: string; readonly ca: string }

/** All that a driver needs to act on one instance. Paths are absolute and exist, owned by `owner`, mode 0700. */
export type EngineInstance = {
  readonly nodeId: string
  readonly spec: InstanceSpec
  readonly installation: Installation
  readonly owner: Owner
  /** The engine's data, within the instance's volume. */
  readonly dataDir: string
  /** Unix sockets and pid files; not on the volume, short enough for a socket path. */
  readonly runDir: string
  /** The engine's standard output and error, appended to. */
  readonly logFile: string
  readonly listen: { readonly address: string; readonly port: number }
  /** The address that clients are told, which leads to that one. */
  readonly publishedAs: string
  readonly tls: TlsFiles
  /** What people wish of its parameters. Where it is absent, and for all that it does not name, Coffer's own values hold. */
  readonly parameters?: ParameterValues | undefined
  /** Of the unprivileged account by which the agent itself connects over the network. Made by the agent, kept only on its host. */
  readonly monitorPassword: string
}

/** How the engine's main process is started. The core adds account, cgroup, log file and detachment. */
export type ProcessSpec = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** `users`: who may use it in full, beside those who may already. One that does not exist is left out. */
export type DatabaseWish = {
  readonly name: string
  readonly characterSet?: string | undefined
  readonly collation?: string | undefined
  readonly users?: readonly string[] | undefined
}
/**
 * `databases`: those the user may use. `level`: what it may do in them, or in the whole engine where they have no names; all unless told. `host`: the address
 * or the network (CIDR) that it may come from, where that is not everywhere. `isNew`: whoever is there with that name and another password is somebody else's, and
 * stays as it is (`USER_EXISTS`). The password is in clear: it was just unsealed and goes nowhere else.
 */
export type UserWish = {
  readonly name: string
  readonly password: string
  readonly databases: readonly string[]
  readonly level?: AccessLevel | undefined
  readonly host?: string | undefined
  readonly isNew?: boolean | undefined
}
/** `keepsFormer`: the password before this one works as well, until the next one. */
export type PasswordWish = { readonly name: string; readonly password: string; readonly keepsFormer: boolean }
export type FoundAccounts = { readonly databases: readonly string[]; readonly users: readonly string[] }
export type ExtensionWish = { readonly database: string; readonly name: string; readonly present: boolean }
/** `database`: null for the whole engine. `level`: null for no access. */
export type AccessWish = {
  readonly user: string
  readonly database: string | null
  readonly level: AccessLevel | null
}

/**
 * What an engine is to let happen. `clients`: who comes over the network; in a `trial` of its configuration there is none, and no certificate. `volume`: when it is full, writes are refused as far as the engine can,
 * other than to sessions that ask for them; while it may soon be, an engine that fails leaves it to the agent to start it again.
 */
export type EngineLimits = { readonly clients: 'served' | 'kept-out' | 'trial'; readonly volume: VolumeStage }

export const unlimited: EngineLimits = { clients: 'served', volume: 'ROOMY' }

/**
 * Thrown by drivers: what the person who asked gets to read. `message` and `detail` (what else there is to say) leave the host and stay in the
 * log of events for ever. They are our own words and those of the wish, never the engine's, which may quote what a customer stored.
 */
export class EngineFault extends Error {
  override readonly name = 'EngineFault'
  readonly code: FaultCode
  readonly retryable: boolean
  readonly detail: string | undefined
  constructor(
    code: FaultCode,
    message: string,
    options: { retryable?: boolean; detail?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.detail = options.detail
  }
}

/** What the log of an engine tells of a failure, in our own words. `kind`: what the agent acts upon. */
export type LogFinding = { readonly kind: 'disk-full' | 'port-taken' | 'other'; readonly text: string }

/** The findings in one line. Nothing known leaves one thing to say: where to look. */
export const tellFindings = (findings: readonly LogFinding[]): string =>
  findings.length === 0 ? 'its log on the database host tells more' : findings.map(({ text }) => text).join('; ')

/**
 * Everything about the process of an engine. Every call of a driver is an outcome: a repeat is harmless. All throw `EngineFault`; an aborted call
 * rejects with the signal's reason.
 */
export interface EngineLifecycle {
  readonly datastore: DatastoreType
  /** Finds what is installed and really runs (asks the program for its version). Sorted, newest first, without doubles. */
  probe(signal: AbortSignal): Promise<readonly Installation[]>
  /**
   * Makes an initialised data directory at `directory` (which does not exist yet), stopped cleanly and fit to be copied for many
   * instances: no secret, no host name, no instance id in it. Runs as `owner`.
   */
  createTemplate(installation: Installation, directory: string, owner: Owner, signal: AbortSignal): Promise<void>
  /**
   * Gives a data directory what must differ between instances, such as the name by which replicas and backups know it. Called right after the
   * copy from the template, before its owner gets it. Takes milliseconds; nothing is synced.
   */
  giveIdentity(directory: string): Promise<void>
  processSpec(instance: EngineInstance): ProcessSpec
  /** The signal that ends the main process soon but cleanly, and the one for when that takes too long. */
  readonly stopSignals: { readonly graceful: NodeJS.Signals; readonly immediate: NodeJS.Signals }
  /** The pid of the main process as the engine itself recorded it for this data directory, if that process is alive and really it. */
  findProcess(instance: EngineInstance): Promise<number | null>
  /** Whether the main process was told to end, by anybody: it may take its time for that, and serves nobody again. */
  isEnding(instance: EngineInstance): Promise<boolean>
  /** Resolves when the engine accepts queries over its socket. Bounded by the signal. */
  waitReady(instance: EngineInstance, signal: AbortSignal): Promise<void>
  /**
   * One cheap query over the socket. Answers a mark that stays the same until every session has been cut by a crash that the main process survived. Throws
   * `EngineFault`, whose code tells what a restart could do: see `judge`.
   */
  checkHealth(instance: EngineInstance, signal: AbortSignal): Promise<string>
  /**
   * A client query over the network endpoint as the monitor account, with TLS verified against the CA and the published address. Changes
   * nothing. Throws as `verifyEndpoint`.
   */
  checkEndpoint(instance: EngineInstance, signal: AbortSignal): Promise<void>
  /**
   * A client query over the network endpoint, with TLS verified against the CA, as the monitor account (made here if it is missing)
   * and as each of the users.
   */
  verifyEndpoint(instance: EngineInstance, users: readonly UserWish[], signal: AbortSignal): Promise<void>
  /** What this part of the engine's log tells of a failure, oldest first: of the last start alone. Nothing of the log itself. */
  explainLog(instance: EngineInstance, log: string): readonly LogFinding[]
}

export interface EngineConfiguration {
  /**
   * Writes the engine's configuration for this instance into a data directory copied from the template. It has memory settings from the spec,
   * the listen address and port, TLS for network clients, and administration by the agent over the socket alone. A running engine follows it
   * after `applyConfiguration`.
   */
  configure(instance: EngineInstance, limits: EngineLimits): Promise<void>
  /** The engine runs, and what begins from now on in it follows its configuration. */
  applyConfiguration(instance: EngineInstance, signal: AbortSignal): Promise<void>
  /**
   * The engine runs, and its configuration was written for another size than it was started with. It has what a running one takes of that when this
   * resolves. Answers the settings that it has only after a restart; what it is to give back of its memory always takes one. What may wait for the
   * next start whenever that is, is not told. Throws `FLAVOR_TOO_SMALL` where it holds more than it is to have.
   */
  followSize(instance: EngineInstance, signal: AbortSignal): Promise<readonly string[]>
  /** The engine runs, follows its configuration, and has these parameters as they stand there. Those that it takes at its start alone are not among them. */
  applyParameters(instance: EngineInstance, changed: readonly Parameter[], signal: AbortSignal): Promise<void>
  /** Every parameter that the engine, which runs, knows of. */
  readParameters(instance: EngineInstance, signal: AbortSignal): Promise<readonly Parameter[]>
  /** The engine runs, and clients that connect from now on get the certificate that is in its files now. Others are not disturbed. */
  reloadCertificate(instance: EngineInstance, signal: AbortSignal): Promise<void>
}

export interface EngineAccounts {
  /** The names of all databases and users, without the engine's own, Coffer's and the root user; no databases where they have no names. Changes nothing. */
  list(instance: EngineInstance, signal: AbortSignal): Promise<FoundAccounts>
  /** Null where databases cannot be named: the descriptor says so to whoever asks for one. */
  readonly ensureDatabases:
    | ((instance: EngineInstance, wishes: readonly DatabaseWish[], signal: AbortSignal) => Promise<void>)
    | null
  /** Also ends the sessions in them, and takes away what users were given of them. Null where `ensureDatabases` is. */
  readonly dropDatabases:
    | ((instance: EngineInstance, names: readonly string[], signal: AbortSignal) => Promise<void>)
    | null
  ensureUsers(instance: EngineInstance, wishes: readonly UserWish[], signal: AbortSignal): Promise<void>
  /** Also ends their sessions. What they made stays, with whoever may use the database in full. */
  dropUsers(instance: EngineInstance, names: readonly string[], signal: AbortSignal): Promise<void>
  /** Of users that exist (`USER_MISSING`). Sessions go on. */
  setPasswords(instance: EngineInstance, wishes: readonly PasswordWish[], signal: AbortSignal): Promise<void>
  /** Of users and databases that exist (`USER_MISSING`, `DATABASE_MISSING`). What they may do in others stays as it is. */
  setAccess(instance: EngineInstance, wishes: readonly AccessWish[], signal: AbortSignal): Promise<void>
  /**
   * With a password: the root user exists, logs in by it, and may do all that does not take the engine from Coffer, in databases that are made later as well. Null: it does
   * not exist, nor sessions of it. `USER_EXISTS` for one that was made in SQL; such a one stays.
   */
  setRoot(instance: EngineInstance, password: string | null, signal: AbortSignal): Promise<void>
}

/** For an engine that can do something about a volume that is full, beyond following `EngineLimits`. */
export interface EngineRoom {
  /** The engine runs, and gives back what it holds of its volume and can do without. */
  giveRoomBack(instance: EngineInstance, signal: AbortSignal): Promise<void>
  /** Ends the sessions that are in the middle of a write. */
  endWrites(instance: EngineInstance, signal: AbortSignal): Promise<void>
}

/** Takes the parts of a copy, one after the other. */
export type BackupSink = {
  /** About how many bytes there will be in all, for who watches. */
  expect(bytes: number): void
  /** Reads the content to its end. `part`: lower-case letters, digits and dashes. */
  store(part: string, content: AsyncIterable<Uint8Array>): Promise<void>
}

/** Gives the parts of a copy again. The content is known to be whole only at its end: it throws before it where it is not. */
export type BackupSource = { read(part: string): AsyncIterable<Uint8Array> }

/** What was read of all data. `rows`: of an engine without tables, its keys. */
export type ReadData = { readonly tables: number; readonly rows: number }

/** Complete copies of the data of one instance. */
export interface EngineBackup {
  /** The engine runs and goes on serving. Nothing is written to a disk. Throws `BACKUP_FAILED` also where the engine ends meanwhile. */
  take(instance: EngineInstance, sink: BackupSink, signal: AbortSignal): Promise<void>
  /**
   * Makes a data directory of a copy at `directory`, which does not exist yet, for any instance of the same version: its owner runs the programs and gets the
   * files, and Coffer's own accounts are as in a template. `giveIdentity`, `configure` and a start come next. Throws `BACKUP_DAMAGED` where the copy is not what
   * the engine wrote.
   */
  restore(
    installation: Installation,
    directory: string,
    owner: Owner,
    source: BackupSource,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * The engine runs, for nobody else: reads everything in it and checks it as far as the engine can, which may leave traces of that. Throws `ENGINE_BROKEN` for
   * damage.
   */
  readAll(instance: EngineInstance, signal: AbortSignal): Promise<ReadData>
}

/** What one engine can do. A part that is null is something it has not, or not yet. */
export interface EngineDriver extends EngineLifecycle, EngineConfiguration {
  readonly accounts: EngineAccounts
  readonly room: EngineRoom | null
  /**
   * The database, which exists (`DATABASE_MISSING`), has the extension or has it not, for all who may use the database in full. `EXTENSION_REFUSED` for one that is not offered,
   * does not load, or is in use. Null where an engine has none.
   */
  readonly setExtension: ((instance: EngineInstance, wish: ExtensionWish, signal: AbortSignal) => Promise<void>) | null
  readonly backup: EngineBackup
  /**
   * For an engine that counts connections which have not logged in, and refuses everybody when there are too many. The engine runs. `hurried`: new
   * ones are dropped as soon as can be, so that others get in between; else they have their ordinary time. `configure` gives it back, too.
   */
  readonly hurryLogins: ((instance: EngineInstance, hurried: boolean) => Promise<void>) | null
}
