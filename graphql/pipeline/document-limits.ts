import { type DocumentNode, type FragmentDefinitionNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import { ApiError } from '../errors.ts'
import type { ApiLimits } from '../limits.ts'
import type { OperationType } from '../telemetry.ts'
import { parseDocument } from './parse-document.ts'

export type DocumentLimits = Pick<
  ApiLimits,
  'tokens' | 'nesting' | 'depth' | 'aliases' | 'rootFields' | 'selectionFields'
>

export type AdmittedDocument = { readonly document: DocumentNode; readonly rootFields: number }

export type Documents = {
  /** Parses a document and checks its size, before anything costly is done with it. Throws `ApiError`. */
  admit(query: string): AdmittedDocument
  /** Parsed earlier, if it is still kept: the server parses and validates a document that is sent again only once. */
  known(query: string): DocumentNode | undefined
}

/** Of the texts of all that are kept. A parsed document takes up to 200 times the memory of its text: 50 MB in all at the worst. */
const maxKeptChars = 250_000
/** What even the shortest document takes, told as text. */
const overheadChars = 50
/** Longer documents are rare and parsed anew, so that one does not take the place of many. */
const maxKeptLength = 10_000

export const createDocuments = (limits: DocumentLimits): Documents => {
  const earlier = new LRUCache<string, AdmittedDocument>({
    maxSize: maxKeptChars,
    maxEntrySize: maxKeptLength + overheadChars,
    sizeCalculation: (_, query) => query.length + overheadChars,
  })
  return {
    admit: (query) => {
      const known = earlier.get(query)
      if (known) return known
      const document = parseDocument(query, limits)
      const admitted = { document, rootFields: checkShape(document, limits) }
      earlier.set(query, admitted)
      return admitted
    },
    known: (query) => earlier.get(query)?.document,
  }
}

/** What kind of operation a document asks for; `none` when that cannot be said, which execution then refuses. */
export const operationTypeOf = (document: DocumentNode, operationName: string | null | undefined): OperationType =>
  getOperationAST(document, operationName)?.operation ?? 'none'

/** `fields`: directly in the selection, with those of its fragments as often as they are spread. */
type Shape = { readonly depth: number; readonly fields: number }

/** Walks a document once; a fragment that is spread many times is measured once. Answers the most root fields of an operation. */
const checkShape = (document: DocumentNode, limits: DocumentLimits): number => {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  const measured = new Map<string, Shape>()
  let aliases = 0

  const measureFragment = (name: string): Shape => {
    const known = measured.get(name)
    if (known) return known
    // Stands for itself while it is measured: a cycle ends here, and validation refuses it.
    measured.set(name, { depth: 0, fields: 0 })
    const fragment = fragments.get(name)
    const shape = fragment ? measure(fragment.selectionSet) : { depth: 0, fields: 0 }
    measured.set(name, shape)
    return shape
  }

  const measure = (set: SelectionSetNode): Shape => {
    let depth = 0
    let fields = 0
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        fields += 1
        if (node.alias) aliases += 1
        const below = node.selectionSet ? measure(node.selectionSet).depth : 0
        // Introspection is deeper than anything else: it is bounded by its cost (complexity.ts), and among the validation rules.
        const isIntrospection = node.name.value.startsWith('__')
        depth = Math.max(depth, 1 + (isIntrospection ? 0 : below))
      } else {
        const inner = node.kind === Kind.FRAGMENT_SPREAD ? measureFragment(node.name.value) : measure(node.selectionSet)
        depth = Math.max(depth, inner.depth)
        fields += inner.fields
      }
    }
    // Validation compares the fields of a selection with each other.
    refuseOver('fields in one selection', fields, limits.selectionFields)
    return { depth, fields }
  }

  let most = 0
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) measureFragment(node.name.value)
    if (node.kind !== Kind.OPERATION_DEFINITION) continue
    const { depth, fields: rootFields } = measure(node.selectionSet)
    refuseOver('levels of fields', depth, limits.depth)
    refuseOver('fields at the top', rootFields, limits.rootFields)
    most = Math.max(most, rootFields)
  }
  refuseOver('aliases', aliases, limits.aliases)
  return most
}

const refuseOver = (what: string, actual: number, limit: number): void => {
  if (actual <= limit) return
  throw new ApiError('QUERY_TOO_COMPLEX', `the document has ${actual} ${what}: at most ${limit} are accepted`)
}
