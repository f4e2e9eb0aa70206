import type { CliContext } from './context.ts'
import type { Document } from './document.ts'
import { refused } from './failure.ts'
import type { RefusalFragment } from './generated/graphql.ts'
import { type Repeatable, requestOnce } from './request-once.ts'

type Answer = { readonly __typename: string }
export type Refusal = RefusalFragment & { readonly __typename: 'Refusal' }
/** What a mutation answers where it is not refused. */
export type Accepted<Result> = Exclude<Result, { readonly __typename: 'Refusal' }>

/** Sends a mutation whose answer is called `result`. Throws a refusal as the failure that it is. */
export const mutate = async <Result extends Answer, Input>(
  { api, signal }: Pick<CliContext, 'api' | 'signal'>,
  document: Document<{ readonly result: Result }, { readonly input: Input }>,
  input: Input,
): Promise<Accepted<Result>> => {
  const { result } = await api.request(document, { input }, signal)
  return acceptedOf(result)
}

/** The same where the answer shows a secret that is shown but once: see `requestOnce`. */
export const mutateOnce = async <Result extends Answer, Input extends Repeatable>(
  context: CliContext,
  document: Document<{ readonly result: Result }, { readonly input: Input }>,
  input: Input,
): Promise<Accepted<Result>> => {
  const { result } = await requestOnce(context, document, input)
  return acceptedOf(result)
}

/** The accepted result. Throws a refusal as the failure that it is. */
export const acceptedOf = <Result extends Answer>(result: Result): Accepted<Result> => {
  if (!isRefusal(result)) return result as Accepted<Result>
  const { code, field, details, faults } = result
  const message = faults.map((fault) => (fault.field ? `${fault.message} (${fault.field})` : fault.message)).join('\n')
  throw refused({ code, message, field, details, ...(faults.length > 1 && { faults }) })
}

/** The documents ask for all of a refusal wherever there can be one. */
export const isRefusal = (result: Answer): result is Refusal => result.__typename === 'Refusal'
