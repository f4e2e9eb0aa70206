import type { CliContext } from '../context.ts'
import { ViewerDocument } from '../generated/graphql.ts'
import { formatFields } from '../output.ts'

/** Who the token belongs to, as the server sees it, and which server that is. */
export const whoami = async ({ api, output, signal }: CliContext): Promise<void> => {
  const { viewer } = await api.request(ViewerDocument, {}, signal)
  await output.one({ ...viewer, server: api.url }, () =>
    formatFields([
      ['subject', viewer.subject],
      ['project', viewer.projectId],
      ['roles', viewer.roles.join(', ').toLowerCase()],
      ['server', api.url],
    ]),
  )
}
