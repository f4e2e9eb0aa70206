import { IssueJoinTokenDocument } from '../../ops/cli/generated/graphql.ts'
import { createServerApi } from './server-api.ts'

/** What an agent of the system is started with, as an operator would: `COFFER_JOIN_TOKEN`. */
export const issueJoinToken = async (server: {
  readonly url: string
  readonly adminToken: string
}): Promise<string> => {
  const { result } = await createServerApi(server).request<{ result: { readonly joinToken?: string } }>(
    IssueJoinTokenDocument,
    { input: {} },
  )
  if (result.joinToken === undefined) throw new Error(`no join token was made: ${JSON.stringify(result)}`)
  return result.joinToken
}
