import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { formatFields } from '../output.ts'

type Viewer = { readonly subject: string; readonly projectId: string; readonly roles: readonly string[] }

/** Who the token belongs to, as the server sees it, and which server that is. */
export const whoami = async ({ api, output, signal }: CliContext): Promise<void> => {
  const { viewer } = await api.request<{ viewer: Viewer }>(documents.viewer, {}, signal)
  await output.one({ ...viewer, server: api.url }, () =>
    formatFields([
      ['subject', viewer.subject],
      ['project', viewer.projectId],
      ['roles', viewer.roles.join(', ').toLowerCase()],
      ['server', api.url],
    ]),
  )
}
