import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../graphql/limits.ts'
import { createDocuments } from '../../../graphql/pipeline/document-limits.ts'

/** A document of this length, each with a number of its own. */
const documentOf = (length: number, ordinal: number): string => `{ a${ordinal} }`.padEnd(length, ' ')

describe('a document that was parsed', () => {
  it('is kept for the next time it is sent', () => {
    const documents = createDocuments(defaultLimits)
    const { document } = documents.admit('{ a }')
    expect(documents.admit('{ a }').document).toBe(document)
    expect(documents.known('{ a }')).toBe(document)
  })

  it('is kept while the texts of all have room, however many short ones there are', () => {
    const documents = createDocuments(defaultLimits)
    const short = Array.from({ length: 2000 }, (_, ordinal) => documentOf(20, ordinal))
    for (const query of short) documents.admit(query)
    expect(short.filter((query) => documents.known(query) !== undefined)).toHaveLength(2000)
  })

  it('makes room for those used later, by the length of all texts together', () => {
    const documents = createDocuments(defaultLimits)
    const long = Array.from({ length: 40 }, (_, ordinal) => documentOf(10_000, ordinal))
    for (const query of long.slice(0, 20)) documents.admit(query)
    // Used again, so others go first.
    documents.admit(documentOf(10_000, 0))
    for (const query of long.slice(20)) documents.admit(query)
    const kept = long.flatMap((query, ordinal) => (documents.known(query) ? [ordinal] : []))
    expect(kept).toEqual([0, ...Array.from({ length: 23 }, (_, index) => index + 17)])
  })

  it('is not kept if it is long, so that one does not take the place of many', () => {
    const documents = createDocuments(defaultLimits)
    documents.admit(documentOf(10_001, 1))
    expect(documents.known(documentOf(10_001, 1))).toBeUndefined()
  })
})
