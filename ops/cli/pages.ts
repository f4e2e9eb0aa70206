import type { CliContext } from './context.ts'
import type { Connection } from './types.ts'

const pageSize = 200

/** All of a list, page after page, up to `limit`. `field`: the query's own name. */
export const readAll = async <Node>(
  { api, signal }: CliContext,
  document: string,
  field: string,
  variables: Readonly<Record<string, unknown>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Node[]> => {
  const nodes: Node[] = []
  let after: string | null = null
  while (nodes.length < limit) {
    const first = Math.min(pageSize, limit - nodes.length)
    const data: Record<string, Connection<Node>> = await api.request(document, { ...variables, first, after }, signal)
    const page = data[field]
    if (!page) break
    nodes.push(...page.edges.map(({ node }) => node))
    after = page.pageInfo.endCursor
    if (!page.pageInfo.hasNextPage) break
  }
  return nodes
}
