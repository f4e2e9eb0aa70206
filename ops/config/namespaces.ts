import type { Config } from './settings.ts'

/** How names are kept apart in each store; null: nothing stands before them. */
export type Namespaces = {
  /** Of streams in the event store, whose own names begin with everyday words. */
  readonly streams: string | null
  /** Of topics, groups and keys, whose own names begin with `coffer`. */
  readonly names: string | null
}

/** The value that leaves names as they are, for a log that began without a namespace. */
export const noNamespace = 'none'
const ofStreams = 'coffer'

export const namespacesOf = ({ namespace }: Pick<Config, 'namespace'>): Namespaces =>
  namespace === noNamespace ? { streams: null, names: null } : { streams: namespace ?? ofStreams, names: namespace }
