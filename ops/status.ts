import { hostname } from 'node:os'
import type { FollowerReport, ReadFollowers } from './followers.ts'
import type { Check, Readiness } from './readiness.ts'

/** What an administrator asks a process for. In the distributed form, each process tells of its own followers. */
export type Status = {
  readonly process: { readonly host: string; readonly pid: number; readonly uptimeSeconds: number }
  readonly ready: boolean
  readonly checks: readonly Check[]
  readonly followers: readonly FollowerReport[]
}

export const readStatus = async (read: {
  readonly readiness: () => Promise<Readiness>
  readonly followers: ReadFollowers
}): Promise<Status> => {
  const [readiness, followers] = await Promise.all([read.readiness(), read.followers()])
  const uptimeSeconds = Math.round(process.uptime())
  return { process: { host: hostname(), pid: process.pid, uptimeSeconds }, ...readiness, followers }
}
