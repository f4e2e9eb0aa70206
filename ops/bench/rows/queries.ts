import { join } from 'node:path'
import type { InstanceId } from '../../../domain/ids.ts'
import { InstanceDocument, InstancesDocument } from '../../cli/generated/graphql.ts'
import { comparedFigure } from '../compare.ts'
import type { Bar, Figure } from '../figure.ts'
import { populate } from '../log/population.ts'
import type { MeasureRow } from '../row.ts'
import { createKeepAliveClient, graphqlBody, type KeepAliveClient } from '../server/keep-alive-client.ts'
import { startServer } from '../server/server-process.ts'
import { percentile } from '../statistics.ts'

const instances = 10_000

/** What a list of instances shows. */
const listFields = 'id name status health datastore version flavor endpoint { host port } createdAt'
const constant = graphqlBody('query { __typename }')
const short = {
  instance: `query ($id: ID!) { instance(id: $id) { ${listFields} } }`,
  instances: `query ($first: Int) { instances(first: $first) { edges { cursor node { ${listFields} } } pageInfo { hasNextPage endCursor } } }`,
}

type Query = { readonly name: string; readonly bodyFor: (id: InstanceId) => string; readonly bars: readonly Bar[] }

const atMostTwice: readonly Bar[] = [{ of: 'ratio', bound: 'at most', limit: 2 }]
const queries: readonly Query[] = [
  { name: 'instance', bodyFor: (id) => graphqlBody(short.instance, { id }), bars: atMostTwice },
  { name: 'instances(first: 20)', bodyFor: () => graphqlBody(short.instances, { first: 20 }), bars: atMostTwice },
  // Every field there is: told, but not what the bar is about.
  { name: 'instance, every field', bodyFor: (id) => graphqlBody(InstanceDocument, { id }), bars: [] },
  {
    name: 'instances(first: 20), every field',
    bodyFor: () => graphqlBody(InstancesDocument, { first: 20 }),
    bars: [],
  },
]

/** Queries against `__typename` on the same server, over one connection with the same token, one after the other in turns. */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  say(`writing a log of ${instances} instances`)
  const { instanceIds } = await populate(dataDir, { instances, projects: 20, lives: 'provisioned', signal, say })
  const server = await startServer(dataDir, { COFFER_ROLES: 'api,projector', COFFER_LOG_LEVEL: 'warn' }, signal)
  const client = createKeepAliveClient(server)
  try {
    say('asking')
    const turns = quick ? 200 : 1000
    await askInTurns(client, instanceIds, turns, signal)
    const rounds: Round[] = []
    for (let round = 0; round < (quick ? 3 : 5); round += 1) {
      rounds.push(await askInTurns(client, instanceIds, turns, signal))
    }
    return {
      figures: queries.flatMap((query, index) => [50, 99].map((percent) => figureOf(query, index, percent, rounds))),
      notes: [
        `${instances} instances in 20 projects, asked for by an admin, who sees them all; a server of the roles api and projector; ${rounds.length} runs of ${turns} requests each, over one kept-alive connection`,
        `the fields asked for: ${listFields}; every field: as the command line client asks`,
      ],
    }
  } finally {
    client.close()
    await server.stop()
  }
}

/** In milliseconds: `constant[i]` and `queries[q][i]` were asked for in the same turn. */
type Round = { readonly constant: readonly number[]; readonly queries: readonly (readonly number[])[] }

const askInTurns = async (
  client: KeepAliveClient,
  instanceIds: readonly InstanceId[],
  turns: number,
  signal: AbortSignal,
): Promise<Round> => {
  const constants: number[] = []
  const asked = queries.map((): number[] => [])
  for (let turn = 0; turn < turns; turn += 1) {
    signal.throwIfAborted()
    // A prime stride goes all over the place without being random.
    const id = instanceIds[(turn * 7919) % instanceIds.length]
    if (id === undefined) throw new Error('there is no instance to ask for')
    constants.push(await client.time(constant))
    for (const [index, query] of queries.entries()) asked[index]?.push(await client.time(query.bodyFor(id)))
  }
  return { constant: constants, queries: asked }
}

const figureOf = ({ name, bars }: Query, index: number, percent: number, rounds: readonly Round[]): Figure =>
  comparedFigure(
    { name: `GraphQL ${name}, p${percent}`, unit: 'ms', bars },
    {
      values: rounds.map((round) => percentile(round.queries[index] ?? [], percent)),
      floors: rounds.map((round) => percentile(round.constant, percent)),
    },
  )
