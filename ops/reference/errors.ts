import { rejections } from '../../domain/rejection.ts'
import { faultCodes } from '../../domain/values/fault-codes.ts'
import { apiErrors } from '../../graphql/errors.ts'
import { table } from './table.ts'

/** Every code a client may meet: of refusals, of operations that failed, and of the API itself. */
export const errorsPage = (): string =>
  [
    '# Errors',
    '',
    'Every code is stable: scripts may act on it. Messages are for people and may change.',
    '',
    '## Refusals',
    '',
    'A command that is refused has changed nothing. Its result is a `Refusal` with one of these codes.',
    '',
    ...table(['code', 'what it means and what to do'], Object.entries(rejections).map(coded)),
    '',
    '## Faults',
    '',
    'An operation that fails has a `fault` with one of these codes. `retryable` says whether the same request may succeed later. An agent of another version may report codes that are not listed.',
    '',
    ...table(['code', 'what it means and what to do'], Object.entries(faultCodes).map(coded)),
    '',
    '## Errors of the API',
    '',
    'In `errors[].extensions.code`. Status 200 means that the rest of the answer may still be of use.',
    'The GraphQL server adds `BAD_REQUEST`, `GRAPHQL_VALIDATION_FAILED`, `OPERATION_RESOLUTION_FAILURE` and `REQUEST_ENTITY_TOO_LARGE`.',
    '',
    ...table(
      ['code', 'HTTP status', 'what it means'],
      Object.entries(apiErrors).map(([code, { status, means }]) => [`\`${code}\``, String(status), means]),
    ),
  ].join('\n')

const coded = ([code, means]: readonly [string, string]) => [`\`${code}\``, means]
