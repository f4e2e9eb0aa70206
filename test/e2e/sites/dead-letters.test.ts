import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentResultsTopic } from '../../../domain/guest/topics.ts'
import { joinByToken, type ScriptedChannel } from '../../../ops/bench/log/scripted-channel.ts'
import {
  type EventFragment as AuditEvent,
  type DeadLetterFragment as DeadLetter,
  type DeadLetterQuery,
  DeadLettersDocument,
} from '../../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../../ops/cli/pages.ts'
import { type OpenBus, onEverySite } from '../../support/every-site.ts'
import { issueJoinToken } from '../../support/join-token.ts'
import { joinAsHost } from '../../support/joined-host.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { waitFor } from '../../support/wait-for.ts'

type Outcome = {
  readonly id: string
  readonly status: string | null
  readonly refusal: { readonly code: string } | null
}
type Failure = { readonly error: { readonly code: string; readonly message: string } }

onEverySite('dead-letters', (site) => {
  const { cli } = site
  const admin = ['admin', 'dead-letters']
  let server: ServerProcess
  let api: ServerApi
  let opened: OpenBus
  let channel: ScriptedChannel

  /** Says on the bus, as an agent does, what nobody understands. */
  const talkNonsense = (...values: readonly string[]): Promise<void> =>
    opened.bus.publish(
      values.map((value) =>
        channel.sign({ topic: agentResultsTopic, key: 'k', value, headers: { traceparent: 'tp' } }),
      ),
    )

  /** By the API: a process for each look would take most of the time. */
  const listed = async (includeResolved = false): Promise<readonly DeadLetter[]> => {
    const variables = { filter: { includeResolved }, newestFirst: true }
    const { deadLetters } = await api.request<{ deadLetters: Connection<DeadLetter> }>(DeadLettersDocument, variables)
    return deadLetters.edges.map(({ node }) => node)
  }

  const untilListed = (count: number): Promise<readonly DeadLetter[]> =>
    waitFor(`${count} dead letters`, async () => {
      const letters = await listed()
      return letters.length === count && letters
    })

  beforeAll(async () => {
    server = await site.startRoles('api,saga,projector')
    api = createServerApi(server)
    opened = site.openBus()
    const joinBy = joinByToken(await issueJoinToken(server))
    channel = await joinAsHost(opened.bus, hostDescription({ engines: [] }), joinBy)
    await waitFor('the host', async () => {
      const { hosts } = await api.request<{ hosts: Connection<object> }>('{ hosts { edges { cursor node { id } } } }')
      return hosts.edges.length === 1
    })
  })
  afterAll(() => opened.close())

  describe('coffer admin dead-letters', () => {
    it('lists messages that the running server could not handle', async () => {
      expect(await cli([...admin, 'list'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: 'There are no open dead letters.\n',
      })
      await talkNonsense('nonsense 1', 'nonsense 2')
      const letters = await untilListed(2)
      expect(letters).toMatchObject(
        [2, 1].map(() => ({ topic: agentResultsTopic, group: 'coffer.sagas', status: 'OPEN', attempts: 1 })),
      )
      const options = ['--topic', agentResultsTopic, '--limit', '1', '--oldest-first']
      expect(await cli.json([...admin, 'list', ...options])).toEqual([letters[1]])
      const { stdout } = await cli([...admin, 'list'])
      expect(stdout).toContain('is not valid JSON')
      expect(stdout).toContain(`${agentResultsTopic}.dead-letters/0/`)
    })

    it('shows one with the message itself', async () => {
      const [, first] = await listed()
      const shown = await cli.json<NonNullable<DeadLetterQuery['content']> & DeadLetter>([
        ...admin,
        'show',
        first?.id ?? '',
      ])
      expect(shown).toMatchObject({ ...first, value: 'nonsense 1', headers: { traceparent: 'tp' } })
      expect((await cli([...admin, 'show', first?.id ?? ''])).stdout).toMatch(/\n\nnonsense 1\n$/)
    })

    it('replays one, which is parked anew while nobody can handle it', async () => {
      const [second, first] = await listed()
      const id = first?.id ?? ''
      expect(await cli.json<Outcome[]>([...admin, 'replay', id])).toEqual([{ id, status: 'REPLAYED', refusal: null }])
      const letters = await waitFor('it to be parked anew', async () => {
        const open = await listed()
        return open.length === 2 && open.every((letter) => letter.id !== id) && open
      })
      expect(letters[1]).toEqual(second)
      expect(await listed(true)).toHaveLength(3)
      const again = await cli.json<Failure>([...admin, 'replay', id], 2)
      expect(again.error).toMatchObject({
        code: 'INVALID_STATE',
        message: expect.stringContaining('published again already'),
      })
    })

    it('drops all that are open, and some that are named', async () => {
      const open = await listed()
      expect(await cli.json<Outcome[]>([...admin, 'drop', '--all', '--topic', 'coffer.events'])).toEqual([])
      const dropped = await cli.json<Outcome[]>([...admin, 'drop', '--all'])
      expect(dropped.map(({ id, status }) => [id, status])).toEqual(open.toReversed().map(({ id }) => [id, 'DROPPED']))
      expect(await listed()).toEqual([])

      await talkNonsense('nonsense 3')
      const [third] = await untilListed(1)
      const ids = [open[0]?.id ?? '', third?.id ?? '']
      const outcomes = await cli.json<Outcome[]>([...admin, 'drop', ...ids], 2)
      expect(outcomes.map(({ refusal }) => refusal?.code)).toEqual(['INVALID_STATE', undefined])
      expect(await listed()).toEqual([])
    })

    it('refuses what is not there, what is no id, and an unclear wish', async () => {
      const absent = `${agentResultsTopic}.dead-letters/0/999999`
      expect((await cli.json<Failure>([...admin, 'replay', absent], 2)).error.code).toBe('NOT_FOUND')
      expect((await cli.json<Failure>([...admin, 'drop', 'nonsense'], 2)).error.code).toBe('INVALID_INPUT')
      for (const unclear of [['replay'], ['drop', '--all', absent], ['drop', absent, '--topic', 'coffer.events']]) {
        const { code, stderr } = await cli([...admin, ...unclear])
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('either some ids, or --all') })
      }
      expect((await cli.json<Failure>([...admin, 'show', 'nonsense'], 2)).error.code).toBe('NOT_FOUND')
    })

    it('is for admins alone', async () => {
      const { secret } = await cli.json<{ secret: string }>(['token', 'issue', 'member', '--role', 'member'])
      const env = { COFFER_TOKEN: secret }
      for (const words of [['list'], ['drop', 'coffer.events.dead-letters/0/0']]) {
        expect((await cli([...admin, ...words], { env })).code).toBe(2)
      }
    })

    it('leaves in the audit log who decided what', async () => {
      const types = ['--type', 'DeadLetterReplayed', '--type', 'DeadLetterDropped']
      const events = await cli.json<readonly AuditEvent[]>(['events', ...types])
      expect(events.map(({ type }) => type)).toEqual(['DeadLetterReplayed', ...Array(3).fill('DeadLetterDropped')])
      const all = await listed(true)
      expect(events.map(({ data }) => (data as { deadLetterId: string }).deadLetterId).sort()).toEqual(
        all.map(({ id }) => id).sort(),
      )
      expect(new Set(events.map(({ actor }) => actor?.kind))).toEqual(new Set(['USER']))
    })

    it('is counted among what waits for a person', async () => {
      await talkNonsense('nonsense 4')
      await untilListed(1)
      const scraped = await (await fetch(`${server.url}/metrics`)).text()
      expect(scraped).toContain(`coffer_dead_letters_open{topic="${agentResultsTopic}"} 1`)
    })
  })
})
