import type { CliContext } from '../context.ts'
import { type ExitCode, exitCodes, refused } from '../failure.ts'
import {
  DeadLetterDocument,
  type DeadLetterFilter,
  DeadLettersDocument,
  type DeadLettersQuery,
  DropDeadLetterDocument,
  ReplayDeadLetterDocument,
} from '../generated/graphql.ts'
import { acceptedOf, isRefusal, type Refusal } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { printable } from '../text.ts'
import { localTime } from '../time.ts'

export type ListOptions = {
  readonly topic?: string
  /** Those that are done with, too. */
  readonly all: boolean
  readonly oldestFirst: boolean
  readonly limit: number
}

const lettersWith = (filter: DeadLetterFilter, newestFirst: boolean) => ({
  document: DeadLettersDocument,
  of: ({ deadLetters }: DeadLettersQuery) => deadLetters,
  variables: { filter, newestFirst },
})

export const listDeadLetters = async (context: CliContext, options: ListOptions): Promise<void> => {
  const { topic, all, oldestFirst, limit } = options
  const letters = await readAll(context, lettersWith({ topic, includeResolved: all }, !oldestFirst), limit)
  await context.output.list(
    letters,
    [
      ['PARKED', ({ parkedAt }) => localTime(parkedAt)],
      ['STATUS', ({ status }) => status],
      ['GROUP', ({ group }) => group],
      ['ERROR', ({ error }) => error && onOneLine(error), 'cutting'],
      ['ID', ({ id }) => id],
    ],
    all ? 'There are no dead letters.' : 'There are no open dead letters.',
  )
}

const shownErrorChars = 72

const onOneLine = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= shownErrorChars ? line : `${line.slice(0, shownErrorChars - 1)}…`
}

export const showDeadLetter = async ({ api, output, signal }: CliContext, id: string): Promise<void> => {
  const { content } = await api.request(DeadLetterDocument, { id }, signal)
  if (!content)
    throw refused({ code: 'NOT_FOUND', message: `dead letter ${id} does not exist or its retention has expired` })
  const { deadLetter, headers, value } = content
  await output.one({ ...deadLetter, headers, value }, () => [
    ...formatFields([
      ['id', deadLetter.id],
      ['status', deadLetter.status],
      ['parked', localTime(deadLetter.parkedAt)],
      ['group', deadLetter.group],
      ['attempts', deadLetter.attempts],
      ['error', deadLetter.error],
      ['resolved', deadLetter.resolvedAt && `${localTime(deadLetter.resolvedAt)} by ${deadLetter.resolvedBy?.name}`],
      ['topic', deadLetter.topic],
      ['partition', deadLetter.partition],
      ['offset', deadLetter.offset],
      ['key', deadLetter.key],
      ['bytes', deadLetter.bytes],
    ]),
    ...Object.entries(headers as object).map(([name, text]) => printable(`header ${name}: ${text}`)),
    '',
    printable(readable(value)),
  ])
}

/** JSON as people read it; what is none, as it is. */
const readable = (value: string): string => {
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}

export type ResolveOptions = { readonly all: boolean; readonly topic?: string }
type Outcome = { readonly id: string; readonly status: string | null; readonly refusal: Refusal | null }

const resolutions = {
  replay: ({ api, signal }: CliContext, id: string) => api.request(ReplayDeadLetterDocument, { input: { id } }, signal),
  drop: ({ api, signal }: CliContext, id: string) => api.request(DropDeadLetterDocument, { input: { id } }, signal),
} as const
const words = { replay: 'published again', drop: 'dropped' } as const

/**
 * Replays or drops the dead letters with these ids, or all that are open when it begins: one that is parked anew meanwhile is not taken
 * again. Goes on behind one that is refused, which the exit code tells in the end.
 */
export const resolveDeadLetters = async (
  context: CliContext,
  what: 'replay' | 'drop',
  ids: readonly string[],
  options: ResolveOptions,
): Promise<ExitCode> => {
  const wanted = await idsOf(context, ids, options)
  const outcomes: Outcome[] = []
  for (const id of wanted) outcomes.push(await resolveOne(context, what, id))
  const [only] = outcomes
  // As any command about one thing.
  if (ids.length === 1 && only?.refusal) acceptedOf(only.refusal)
  await context.output.list(
    outcomes,
    [
      ['ID', ({ id }) => id],
      ['', ({ refusal }) => (refusal ? `refused: ${refusal.message}` : words[what])],
    ],
    'There are no open dead letters.',
  )
  return outcomes.some(({ refusal }) => refusal !== null) ? exitCodes.refused : exitCodes.done
}

const idsOf = async (
  context: CliContext,
  ids: readonly string[],
  { all, topic }: ResolveOptions,
): Promise<readonly string[]> => {
  if (all === ids.length > 0 || (topic !== undefined && !all)) {
    throw refused({
      code: 'INVALID_INPUT',
      message: 'say which dead letters: either some ids, or --all, which --topic narrows to one topic',
    })
  }
  if (!all) return ids
  const open = await readAll(context, lettersWith({ topic }, false))
  return open.map(({ id }) => id)
}

const resolveOne = async (context: CliContext, what: 'replay' | 'drop', id: string): Promise<Outcome> => {
  const { result } = await resolutions[what](context, id)
  if (isRefusal(result)) return { id, status: null, refusal: result }
  return { id, status: result.deadLetter?.status ?? null, refusal: null }
}
