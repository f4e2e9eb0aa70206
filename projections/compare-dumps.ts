import { createHash } from 'node:crypto'
import type { Timers } from '../kernel/timers.ts'
import type { DumpedDocument } from './ports/view-store.ts'

/** Hashes are SHA-256, hexadecimal, over every document and where it stands in lists, in order of key. */
export type DumpComparison = {
  readonly documents: number
  readonly hashes: readonly [string, string]
  readonly equal: boolean
  /** The first keys, in order, whose documents differ or are in one of the two alone. */
  readonly differingKeys: readonly string[]
}

const maxDifferingKeys = 10
/** How many documents are hashed before others get a turn. */
const documentsPerTurn = 500

/** Walks two dumps side by side. `documents`: how many the second has. Throws what reading the documents throws. */
export const compareDumps = async (
  timers: Pick<Timers, 'soon'>,
  first: AsyncIterable<DumpedDocument>,
  second: AsyncIterable<DumpedDocument>,
): Promise<DumpComparison> => {
  const left = createWalk(first)
  const right = createWalk(second)
  const differingKeys: string[] = []
  await left.next()
  await right.next()
  for (let steps = 0; left.current || right.current; steps += 1) {
    const order = compareKeys(left.current, right.current)
    const key = (order <= 0 ? left.current : right.current)?.key ?? ''
    if ((order !== 0 || left.current?.text !== right.current?.text) && differingKeys.length < maxDifferingKeys) {
      differingKeys.push(key)
    }
    if (order <= 0) await left.next()
    if (order >= 0) await right.next()
    if (steps % documentsPerTurn === 0) await new Promise<void>((resolve) => timers.soon(resolve))
  }
  return {
    documents: right.count,
    hashes: [left.hash(), right.hash()],
    equal: differingKeys.length === 0,
    differingKeys,
  }
}

type Walk = {
  current: { readonly key: string; readonly text: string } | null
  count: number
  readonly next: () => Promise<void>
  readonly hash: () => string
}

const createWalk = (documents: AsyncIterable<DumpedDocument>): Walk => {
  const iterator = documents[Symbol.asyncIterator]()
  const hash = createHash('sha256')
  const walk: Walk = {
    current: null,
    count: 0,
    next: async () => {
      const { done, value } = await iterator.next()
      walk.current = done ? null : { key: value.key, text: documentText(value) }
      if (!walk.current) return
      walk.count += 1
      hash.update(walk.current.text)
    },
    hash: () => hash.digest('hex'),
  }
  return walk
}

/** What is over comes last. */
const compareKeys = (a: Walk['current'], b: Walk['current']): number => {
  if (!a || !b) return a ? -1 : 1
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0
}

/** In whatever order its entries came. */
const documentText = ({ key, document, entries }: DumpedDocument): string =>
  canonicalJson([key, document, entries.map(canonicalJson).sort()])

/** JSON with the fields of every object in order, so that equal documents have equal texts. What JSON leaves out is left out. */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}
