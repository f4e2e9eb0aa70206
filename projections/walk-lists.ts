import type { ViewStore } from './ports/view-store.ts'

/** One figure for each value. */
export const countEach = async <Value extends string>(
  values: readonly Value[],
  count: (value: Value) => Promise<number>,
): Promise<Record<Value, number>> => {
  const counted = await Promise.all(values.map(async (value) => [value, await count(value)] as const))
  // One entry for each value, which the compiler cannot follow.
  return Object.fromEntries(counted) as Record<Value, number>
}

const perPage = 200

/** All documents of a list, in its order. Throws `ViewStoreUnavailable`. */
export const walkDocuments = async function* <D>(
  views: Pick<ViewStore, 'list'>,
  view: string,
  index: string,
  value: string,
): AsyncGenerator<D> {
  for (let after: string | undefined; ; ) {
    const page = await views.list<D>(view, { index, value, first: perPage, ...(after !== undefined && { after }) })
    for (const { document } of page) yield document
    if (page.length < perPage) return
    after = page.at(-1)?.sortKey
  }
}
