import { z } from 'zod'
import type { Rejection } from '../rejection.ts'
import { invalidInput } from './invalid-input.ts'
import { characterCount, isPrintable, quote } from './text.ts'

const mostTags = 50
const mostKeyCharacters = 128
const mostValueCharacters = 256

const tagSchema = z.object({ key: z.string(), value: z.string() })
export type Tag = z.output<typeof tagSchema>

/** What people keep beside an instance, of which the engine knows nothing. */
export const instanceDetailsSchema = z.object({
  /** Null for none. */
  description: z.string().nullable(),
  /** By key, each once. */
  tags: z.array(tagSchema),
  /** While it is set, the instance is not deleted. */
  deletionProtected: z.boolean(),
})
export type InstanceDetails = Readonly<z.output<typeof instanceDetailsSchema>>

export const noDetails: InstanceDetails = { description: null, tags: [], deletionProtected: false }

/**
 * What of the details is to change: what is absent stays. Tags are set and removed one by one, so that two who tag at once do not undo each other.
 */
export type DetailsChange = {
  readonly description?: string | null | undefined
  readonly setTags?: readonly Tag[] | undefined
  readonly removeTags?: readonly string[] | undefined
  readonly deletionProtected?: boolean | undefined
}

/** What of the details is other after a change; nothing where all is so already. */
export const changedDetails = (before: InstanceDetails, change: DetailsChange): Partial<InstanceDetails> => {
  const { description = before.description, deletionProtected = before.deletionProtected } = change
  const tags = changedTags(before.tags, change)
  return {
    ...(description !== before.description && { description }),
    ...(!sameTags(tags, before.tags) && { tags }),
    ...(deletionProtected !== before.deletionProtected && { deletionProtected }),
  }
}

const changedTags = (before: readonly Tag[], { setTags = [], removeTags = [] }: DetailsChange): Tag[] => {
  const kept = before.filter(({ key }) => !removeTags.includes(key))
  const values = new Map([...kept, ...setTags].map(({ key, value }) => [key, value]))
  return [...values].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1))
}

const sameTags = (some: readonly Tag[], others: readonly Tag[]): boolean =>
  some.length === others.length &&
  some.every(({ key, value }, index) => key === others[index]?.key && value === others[index]?.value)

/** Why these are too many for an instance, or null. */
export const tagCountRefusal = (tags: readonly Tag[], field: string): Rejection | null =>
  tags.length <= mostTags
    ? null
    : invalidInput(`an instance has at most ${mostTags} tags, and would have ${tags.length}`, field)

/** Why these cannot be set as tags, in their order. */
export const tagRefusals = (tags: readonly Tag[], field: string): readonly (Rejection | null)[] =>
  tags.flatMap(({ key, value }, index) => [
    tagKeyRefusal(key, `${field}[${index}].key`),
    tagValueRefusal(value, `${field}[${index}].value`),
    tags.findIndex((tag) => tag.key === key) < index
      ? invalidInput(`the tag ${quote(key)} is given twice`, `${field}[${index}].key`)
      : null,
  ])

/** `=` stands between a key and its value where both are written as one word. */
const tagKeyRefusal = (key: string, field: string): Rejection | null => {
  const count = characterCount(key)
  const isPlain = isPrintable(key) && !key.includes('=') && key === key.trim()
  if (count >= 1 && count <= mostKeyCharacters && isPlain) return null
  return invalidInput(
    `the key of a tag is 1 to ${mostKeyCharacters} printable characters without "=", the first and the last of them no space, not ${quote(key)} (${count})`,
    field,
  )
}

const tagValueRefusal = (value: string, field: string): Rejection | null => {
  const count = characterCount(value)
  if (count <= mostValueCharacters && isPrintable(value)) return null
  return invalidInput(
    `the value of a tag is at most ${mostValueCharacters} printable characters, not ${quote(value)} (${count})`,
    field,
  )
}
