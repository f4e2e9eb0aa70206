import { IssueJoinTokenDocument } from '../../ops/cli/generated/graphql.ts'
import { createServerApi } from './server-api.ts'

/** What an agent of the system is started with, as an operator would: `COFFER_JOIN_TOKEN`. */
export const issueJoinToken = async (server: {
  readonly url: string
  readonly adminToken: string
}): Promise<string> => {
  const { joinToken } = await createServerApi(server).mutate<{ readonly joinToken: string }>(IssueJoinTokenDocument, {})
  return joinToken
}
