import { setTimeout as delay } from 'node:timers/promises'
import type { Metadata } from '@grpc/grpc-js'
import { rpcErrors } from './errors.ts'

export type User = { readonly password: string; readonly isAdmin: boolean }

/** What is wrong with the server just now; tests set it. */
export type Faults = {
  /** Every call is answered this much later. */
  delayMs: number
  /** A read that is filtered takes so long until it tells of the first record, as in a log of many millions. */
  searchMs: number
  /** What is appended is in the log at once, and its append is answered so much later, as where the other nodes are slow. */
  commitMs: number
  /** How long the server works on an append before it gives up (`WriteTimeoutMs`). */
  writeTimeoutMs: number
  /** So many appends are still written and never answered. */
  lostAnswers: number
  /** So many calls are refused, for there are as many as the connection may have. */
  refusals: number
  /** So many batch appends are not written, and answered with the server's own timeout. */
  timeouts: number
  /** So many batch appends are not written, and answered with "Server Is Busy". */
  busy: number
  /**
   * As KurrentDB between #4892 and #4975 (24.10, 25.0): who has caught up is told where the next record will lie, as if that had been looked
   * at.
   */
  overshoots: boolean
  /** As EventStoreDB 23.10: a subscription leaves out the first record at or behind its place, also where that is another one than was meant. */
  skipsFirst: boolean
  /** Set: this node is a follower, and tells where the leader is. */
  leader: { readonly host: string; readonly port: number } | null
}

export const noFaults = (): Faults => ({
  delayMs: 0,
  searchMs: 0,
  commitMs: 0,
  writeTimeoutMs: 2000,
  lostAnswers: 0,
  refusals: 0,
  timeouts: 0,
  busy: 0,
  overshoots: false,
  skipsFirst: false,
  leader: null,
})

export type Gate = {
  /** Lets a call through, or throws what the server would answer. */
  admit(metadata: Metadata, needs: 'user' | 'admin'): Promise<void>
}

export type GateDeps = {
  readonly faults: Faults
  /** By name. Without users everybody may do everything, as on a server started with `--insecure`. */
  readonly users: Readonly<Record<string, User>> | null
}

export const createGate = ({ faults, users }: GateDeps): Gate => ({
  admit: async (metadata, needs) => {
    if (faults.delayMs > 0) await delay(faults.delayMs)
    if (faults.refusals > 0) {
      faults.refusals -= 1
      throw rpcErrors.resourceExhausted()
    }
    if (users !== null) {
      const [authorization = ''] = metadata.get('authorization').map(String)
      const [name = '', ...rest] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
        .toString('utf8')
        .split(':')
      const user = users[name]
      if (user === undefined || user.password !== rest.join(':')) throw rpcErrors.unauthenticated()
      if (needs === 'admin' && !user.isAdmin) throw rpcErrors.accessDenied()
    }
    if (faults.leader !== null && metadata.get('requires-leader')[0] === 'true') {
      throw rpcErrors.notLeader(faults.leader.host, faults.leader.port)
    }
  },
})
