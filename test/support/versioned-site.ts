import { describe, it } from 'vitest'
import { createDistributedSite, whyNoStores } from './distributed-site.ts'
import type { ServerProcess } from './server-process.ts'
import { createServerSite } from './server-site.ts'

/** A whole Coffer whose processes may be of several versions. `program`: what runs in place of this version. */
export type VersionedSite = {
  /** Starts what serves the API and runs operations; in the embedded form, the host too. `env`: settings that are not the usual ones. */
  readonly startControl: (program?: string, env?: Readonly<Record<string, string>>) => Promise<ServerProcess>
  /** Starts the host. Null where it is no process of its own. */
  readonly startHost: ((program?: string) => Promise<ServerProcess>) | null
}

const createEmbedded = (label: string): VersionedSite => {
  const site = createServerSite(label)
  return {
    startControl: (program, env = {}) => site.start({ env, ...(program !== undefined && { program }) }),
    startHost: null,
  }
}

const createDistributed = (label: string): VersionedSite => {
  const site = createDistributedSite(label)
  return {
    startControl: (program, env = {}) => site.start('projector,saga,api', env, program),
    startHost: (program) => site.start('agent', {}, program),
  }
}

/** Defines the same tests for both forms. */
export const onEveryVersionedSite = (label: string, define: (site: VersionedSite) => void): void => {
  describe('embedded:', () => define(createEmbedded(label)))
  describe('distributed:', () => {
    const missing = whyNoStores()
    if (missing) it(`does the same as ${label}`, (context) => context.skip(missing))
    else define(createDistributed(label))
  })
}
