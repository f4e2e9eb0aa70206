import type { CliContext } from './context.ts'
import type { Document } from './document.ts'
import type { PageFragment } from './generated/graphql.ts'

/** How many are asked for at a time. */
export const pageSize = 200

export type Connection<Node> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: PageFragment
}

type PageVariables = { readonly first?: number | null | undefined; readonly after?: string | null | undefined }

/** A list of the API, and how to find it in the answer. */
export type List<Data, Variables, Node> = {
  readonly document: Document<Data, Variables>
  readonly of: (data: Data) => Connection<Node>
  readonly variables: Omit<Variables, keyof PageVariables>
}

/** All of a list, page after page, up to `limit`. */
export const readAll = async <Data, Variables extends PageVariables, Node>(
  { api, signal }: CliContext,
  { document, of, variables }: List<Data, Variables, Node>,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Node[]> => {
  const nodes: Node[] = []
  let after: string | null = null
  while (nodes.length < limit) {
    const first = Math.min(pageSize, limit - nodes.length)
    // The variables of this page and the others are all there are, which the compiler cannot know of a type it is given.
    const data: Data = await api.request(document, { ...variables, first, after } as unknown as Variables, signal)
    const { edges, pageInfo }: Connection<Node> = of(data)
    nodes.push(...edges.map(({ node }) => node))
    after = pageInfo.endCursor
    if (!pageInfo.hasNextPage) break
  }
  return nodes
}
