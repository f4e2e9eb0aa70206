import type { ConfigurationRules } from './configuration-rules.ts'

/** How one kind of name looks in one engine. `reserved`: names in lower case that the engine or Coffer needs. */
export type NameRule = {
  /** What the name is of, such as `the name of a PostgreSQL user`. */
  readonly what: string
  readonly pattern: RegExp
  readonly alphabet: string
  readonly maxBytes: number
  readonly reserved: ReadonlySet<string>
  readonly reservedPrefixes: readonly string[]
}

/** Of Coffer's own accounts and databases in every engine. */
export const ownPrefix = 'coffer'

/** `numbered`: they are always there and none is made; `refusal` says so to somebody who asks for one. */
export type Databases =
  | { readonly kind: 'named'; readonly name: NameRule }
  | { readonly kind: 'numbered'; readonly refusal: string }

/** What an engine has, or the words of the refusal for who asks for it, which say what there is instead. */
export type Offered = 'available' | (string & {})

/**
 * `hosts`: users who may come from some addresses alone. `formerPassword`: one that goes on working beside its successor. `owners`: databases that belong to a user.
 */
export type AccountFeatures = { readonly hosts: Offered; readonly formerPassword: Offered; readonly owners: Offered }

/** Beyond its length: which characters of a password reach the engine alike from every client. */
export type PasswordRule = {
  /** Completes the sentence "a password is 8 to 128 characters ...". */
  readonly wanted: string
  /** What is wrong with this one, without showing it; null for a password that can be used. */
  readonly fault: (password: string) => string | null
}

/** Where a client connects to, and as whom. Texts without half surrogates; nothing is escaped yet. */
export type ConnectionTarget = {
  readonly endpoint: { readonly host: string; readonly port: number }
  readonly user: string | null
  readonly password?: string | undefined
  readonly database: string | null
  /** The path of the PEM file with the CA that signed the database's certificate. */
  readonly caFile?: string | undefined
}

/** A way to write a connection down. `password`: whether it stands in it never, where it is given, or must be given. */
export type ConnectionForm = {
  readonly password: 'never' | 'if-given' | 'needed'
  readonly write: (target: ConnectionTarget) => string | readonly string[]
}

/** `input`: what the program reads instead of the terminal. */
export type ClientSession = {
  readonly args: readonly string[]
  readonly input?: string
}

/** The program by which people use the engine from a terminal. */
export type ClientProgram = {
  readonly program: string
  /** Where distributions put the program of one version of the engine, in order of preference. */
  readonly directories: (version: string) => readonly string[]
  /** Directories that may have it in any version, and are on nobody's path. */
  readonly elsewhere: readonly string[]
  /** What its `--version` prints; captures the version. */
  readonly version: RegExp
  /** What to know about a program of version `own` with an engine of `version`; null when it fits. */
  readonly advice: (own: string, version: string) => string | null
  /** Where to get the program for an engine of this version. */
  readonly howToGet: (version: string) => string
  /** Variables of its own that it may read. Others could lead it to another server. */
  readonly environment: RegExp
  /** From where it takes the password, which is never among its arguments. */
  readonly passwordVariable: string
  /** `command`: what it carries out instead of a session. */
  readonly session: (target: ConnectionTarget, command: string | undefined) => ClientSession
}

/** What an engine is, as far as it can be said without one that runs. Pure: checks, texts, URIs and clients follow from it. */
export type EngineDescriptor = {
  /** As its makers write it. */
  readonly title: string
  /** What an exact version looks like, as hosts report it. */
  readonly version: RegExp
  /** How many parts of a version say which data it reads: of PostgreSQL 18.4 the first one. */
  readonly seriesParts: number
  readonly userName: NameRule
  readonly databases: Databases
  readonly accounts: AccountFeatures
  /** What a database may be given of the engine's own modules. */
  readonly extensions: Offered
  readonly password: PasswordRule
  /** The database of a client whose user has none of its own; null where the engine needs none. */
  readonly fallbackDatabase: string | null
  readonly uri: (target: ConnectionTarget) => string
  /** Other forms than the URI, by the word that asks for them. */
  readonly forms: Readonly<Record<string, ConnectionForm>>
  readonly client: ClientProgram
  readonly configuration: ConfigurationRules
  /** The newest patch level of each series when this Coffer was made; null where the distribution mends its own. */
  readonly releases: { readonly asOf: string; readonly newest: readonly string[] } | null
  /** Room on its volume, in MiB: what a recovery takes, and what must be left for the next writes to be safe. */
  readonly room: { readonly recoveryMiB: number; readonly writesMiB: number }
}
