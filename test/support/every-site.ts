import { describe, it } from 'vitest'
import { createDistributedSite, whyNotDistributed } from './distributed-site.ts'
import { createServerApi } from './server-api.ts'
import type { Environment, ServerProcess } from './server-process.ts'
import { createServerSite } from './server-site.ts'
import { waitFor } from './wait-for.ts'

/** A whole Coffer in one of its two forms, as its clients see it. */
export type Site = {
  /** Starts the process that serves the API, and with the first one all that belongs to it. It can make databases when this resolves. */
  readonly start: (env?: Environment) => Promise<ServerProcess>
}

const createEmbedded = (label: string): Site => {
  const site = createServerSite(label)
  return { start: (env = {}) => site.start({ env }) }
}

const createDistributed = (label: string): Site => {
  const site = createDistributedSite(label)
  let isWhole = false
  return {
    start: async (env = {}) => {
      if (!isWhole) for (const role of ['saga', 'projector', 'agent']) await site.start(role)
      isWhole = true
      const server = await site.start('api', env)
      const { request } = createServerApi(server)
      await waitFor('the offer of the agent', async () => {
        const { datastores } = await request<{ datastores: readonly object[] }>('{ datastores { type } }')
        return datastores.length > 0
      })
      return server
    },
  }
}

const missing = await whyNotDistributed()

/** Defines the same tests for a server on the embedded stores, and for roles in processes of their own on Kafka, Redis and an event store. */
export const onEverySite = (label: string, define: (site: Site) => void): void => {
  describe('embedded:', () => define(createEmbedded(label)))
  describe('distributed:', () => {
    if (missing) it(`does the same as ${label}`, (context) => context.skip(missing))
    else define(createDistributed(`${label}-distributed`))
  })
}
