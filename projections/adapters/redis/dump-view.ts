import { randomUUID } from 'node:crypto'
import {
  beingBuilt,
  type Document,
  type Dump,
  type DumpedDocument,
  ViewStoreUnavailable,
} from '../../ports/view-store.ts'
import type { Send } from './call.ts'
import { decodePlace, dumpKeys, keyRange, type ViewKeys } from './keys.ts'
import { decodeText } from './order-text.ts'
import { incomplete, parseDocument, parseReply, ViewDamaged } from './replies.ts'

/** How long the picture stays between two pages. */
const unreadMs = 600_000
const documentsPerPage = 500

/**
 * Dumps a view from a copy that Redis makes of it (COPY, Redis 6.2), so that the view may go on. While the copy is made, which takes about
 * as long as reading the view's memory, Redis does nothing else; the copy takes as much memory as the view until it was read.
 */
export const dumpView = async (send: Send, view: string, keys: ViewKeys): Promise<Dump> => {
  const copies = dumpKeys(keys, randomUUID())
  const { meta, docs, places, order } = keys
  const copyKeys = [copies.docs, copies.places, copies.order] as const
  const opened = parseReply(
    await send((client) => client.cofferDumpOpen(meta, docs, places, order, ...copyKeys, unreadMs)),
  )
  if (opened.state === 'lost') throw new ViewStoreUnavailable(incomplete(view, opened.reason))
  if (opened.state === 'building') throw new ViewStoreUnavailable(beingBuilt(view, opened.reason))
  const position = opened.checkpoint
  if (opened.state === 'none') return { position, documents: nothing() }

  async function* documents(): AsyncGenerator<DumpedDocument> {
    try {
      let after: string | null = null
      for (;;) {
        const { min, max } = keyRange(after)
        const page: Page = await send((client) =>
          client.cofferDumpPage(...copyKeys, unreadMs, min, max, documentsPerPage),
        )
          // What our script gives.
          .then((reply) => reply as Page)
        if (!page) throw new ViewStoreUnavailable(`the picture of the view ${view} is gone: dump again`)
        for (const row of page) yield parseRow(row)
        const last = page.at(-1)
        if (!last || page.length < documentsPerPage) return
        after = decodeText(last[0])
      }
    } finally {
      // Else it goes by itself after a while.
      await send((client) => client.unlink(...copyKeys)).catch(() => 0)
    }
  }
  return { position, documents: documents() }
}

type Row = readonly [key: string, json: string | null, places: readonly string[] | null]
type Page = readonly Row[] | null

/** Throws `ViewDamaged`. */
const parseRow = ([key, json, places]: Row): DumpedDocument => {
  const document = parseDocument<Document>(json)
  if (document === null || places === null) throw new ViewDamaged('a document is listed and is not there')
  return {
    key: decodeText(key),
    document,
    entries: places.map(decodePlace).map(({ index, value, sortKey }) => ({ index, value, sortKey })),
  }
}

async function* nothing(): AsyncGenerator<DumpedDocument> {}
