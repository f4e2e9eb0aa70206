import { type StreamName, tryStreamName } from '../../../domain/stream.ts'

/** How streams are called on the server: as here, or in a namespace, `<namespace>.<category>-<id>`. */
export type StreamNames = {
  /** What stands before the names of all our streams on the server. May be empty. */
  readonly prefix: string
  readonly onServer: (name: string) => string
  /** Null for a stream of somebody else: of another namespace, of another program, or the server's own. */
  readonly ours: (nameOnServer: string) => StreamName | null
}

/** No category has a dot in it: without a namespace no stream is ours that is in one. */
export const createStreamNames = (namespace: string | null): StreamNames => {
  const prefix = namespace === null ? '' : `${namespace}.`
  return {
    prefix,
    onServer: (name) => `${prefix}${name}`,
    ours: (nameOnServer) => {
      if (!nameOnServer.startsWith(prefix)) return null
      return tryStreamName(nameOnServer.slice(prefix.length))
    },
  }
}
