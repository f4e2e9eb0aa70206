import type { FollowerReport } from '../../followers.ts'
import type { CliContext } from '../context.ts'

type Status = {
  readonly process: { readonly host: string; readonly pid: number; readonly uptimeSeconds: number }
  readonly ready: boolean
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[]
  readonly followers: readonly FollowerReport[]
}

/** Shows how the process that answers fares, and each of its followers. */
export const showStatus = async ({ api, output, terminal, signal }: CliContext): Promise<void> => {
  const status = await api.post<Status, never>('/admin/status', signal, () => {})
  if (output.format !== 'table') return output.one(status, () => [])
  const { host, pid, uptimeSeconds } = status.process
  terminal.stderr.write(
    `${status.ready ? 'ready' : 'NOT READY'}: process ${pid} on ${host}, up for ${uptimeSeconds} s\n`,
  )
  for (const { name, ok, reason } of status.checks) {
    if (!ok || reason !== undefined) terminal.stderr.write(`${name}: ${reason ?? 'not ok'}\n`)
  }
  await output.list(
    status.followers,
    [
      ['FOLLOWER', ({ name }) => name],
      ['STATE', ({ state }) => state],
      ['POSITION', ({ position }) => position],
      ['BEHIND', ({ behind }) => behind],
      ['FOR', ({ behindSeconds }) => `${behindSeconds.toFixed(1)} s`],
      ['FAILURES', ({ failures }) => failures],
      ['ERROR', ({ error }) => error && `${error.kind}: ${error.message}`, 'cutting'],
    ],
    'This process follows nothing.',
  )
}
