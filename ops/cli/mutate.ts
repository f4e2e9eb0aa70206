import type { CliContext } from './context.ts'
import { refused } from './failure.ts'
import type { Refusal } from './types.ts'

type Accepted = { readonly __typename: string }

/** Sends a mutation whose answer is called `result`. Throws a refusal as the failure that it is. */
export const mutate = async <Answer extends Accepted>(
  { api, signal }: Pick<CliContext, 'api' | 'signal'>,
  document: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Answer> => {
  const { result } = await api.request<{ result: Answer | Refusal }>(document, { input }, signal)
  return acceptedOf(result)
}

/** The accepted result. Throws a refusal as the failure that it is. */
export const acceptedOf = <Accepted extends { readonly __typename: string }>(result: Accepted | Refusal): Accepted => {
  // A union told apart by its type name, which GraphQL always answers.
  if (result.__typename !== 'Refusal') return result as Accepted
  const { code, field, details, faults } = result as Refusal
  const message = faults.map((fault) => (fault.field ? `${fault.message} (${fault.field})` : fault.message)).join('\n')
  throw refused({ code, message, field, details, ...(faults.length > 1 && { faults }) })
}
