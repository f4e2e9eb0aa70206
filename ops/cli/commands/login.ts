import { createApiClient } from '../api-client.ts'
import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { ViewerDocument } from '../generated/graphql.ts'
import { askPassword, readFirstLine } from '../passwords.ts'
import { removeProfile, saveProfile } from '../profiles.ts'
import { checkedSettings } from '../settings.ts'

export type LoginOptions = { readonly profile: string; readonly tokenStdin: boolean }

/** Asks for a token, tries it, and keeps it with the server's address for the commands to come. */
export const login = async (context: CliContext, url: string, options: LoginOptions): Promise<void> => {
  const { terminal, environment, output, signal } = context
  const token = options.tokenStdin
    ? await readFirstLine(terminal, '--token-stdin')
    : await askPassword('Token: ', terminal)
  const settings = checkedSettings({ url, token: token.trim() })
  const { viewer } = await createApiClient(settings).request(ViewerDocument, {}, signal)
  saveProfile(environment, options.profile, settings)
  await output.one({ profile: options.profile, server: settings.url, ...viewer }, () => [
    `logged in to ${settings.url} as ${viewer.subject}, project ${viewer.projectId} (profile ${options.profile})`,
  ])
}

export const logout = async (
  { environment, output }: CliContext,
  { profile }: { readonly profile: string },
): Promise<void> => {
  if (!removeProfile(environment, profile)) {
    throw refused({ code: 'NOT_FOUND', message: `there is no profile ${JSON.stringify(profile)}` })
  }
  await output.one({ profile }, () => [
    `the token of profile ${profile} is forgotten here; it stays valid until it is revoked`,
  ])
}
