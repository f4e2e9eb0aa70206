import { describe, expect, it } from 'vitest'
import {
  type ConfigurationCommand,
  type ConfigurationEvent,
  configuration,
  configurationEvents,
} from '../../../../domain/configuration/index.ts'
import { parseConfigurationId, parseInstanceId, parseProjectId } from '../../../../domain/ids.ts'
import { exampleUuid } from '../../../support/example-events.ts'
import { exampleParameter } from '../../../support/example-parameter.ts'
import { specOf } from '../../../support/spec.ts'
import { at, operationId } from '../samples.ts'

const { given } = specOf(configuration, configurationEvents)
const configurationId = parseConfigurationId(exampleUuid('group'))
const [one, two, three] = ['one', 'two', 'three'].map((name, age) => parseInstanceId(exampleUuid(name, age))) as [
  ReturnType<typeof parseInstanceId>,
  ReturnType<typeof parseInstanceId>,
  ReturnType<typeof parseInstanceId>,
]
const parameters = [exampleParameter('work_mem', { min: 64, unit: 'kB' }), exampleParameter('statement_timeout')]
const wish = {
  configurationId,
  projectId: parseProjectId('acme'),
  name: 'reports',
  description: '',
  datastore: 'postgresql' as const,
  version: '17.10',
  values: { work_mem: '64MB' },
}
const created: ConfigurationEvent = { type: 'ConfigurationCreated', data: wish }
const followed = (instanceId: typeof one, revision = 1): ConfigurationEvent => ({
  type: 'ConfigurationInstanceFollowed',
  data: { instanceId, revision },
})
const change = (facts: Partial<Extract<ConfigurationCommand, { type: 'ChangeConfiguration' }>> = {}) =>
  ({
    type: 'ChangeConfiguration',
    ...{ set: { work_mem: '128MB' }, unset: [], keep: true, restart: false, parallelism: 1 },
    ...{ parameters, now: at(0) },
    ...facts,
  }) as const
const changed: ConfigurationEvent = {
  type: 'ConfigurationChanged',
  data: { revision: 2, values: { work_mem: '128MB' } },
}
const begun: ConfigurationEvent = {
  type: 'ConfigurationRolloutBegun',
  data: { revision: 2, restart: false, parallelism: 1 },
}
const stepped = (...instanceIds: (typeof one)[]): ConfigurationEvent => ({
  type: 'ConfigurationRolloutStepped',
  data: { revision: 2, instanceIds, at: at(0) },
})
const asked = (instanceId: typeof one, ordinal: number): ConfigurationEvent => ({
  type: 'ConfigurationInstanceAsked',
  data: { revision: 2, instanceId, operationId: operationId(ordinal) },
})
const ended = (
  outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
  instanceId: typeof one | null = null,
  reason: string | null = null,
): ConfigurationEvent => ({ type: 'ConfigurationRolloutEnded', data: { revision: 2, outcome, instanceId, reason } })

describe('a configuration group', () => {
  it('is made with values that fit the catalogue, and with no others', () => {
    const create = { type: 'CreateConfiguration', ...wish, parameters } as const
    given().when(create).thenEvents(created)
    given()
      .when({ ...create, values: { work_mem: '1', port: '1' } })
      .thenRejected('INVALID_INPUT', { field: 'values.work_mem' })
  })

  it('keeps what is not named when it is changed, and loses it when it is replaced', () => {
    const set = { statement_timeout: '5' }
    given(created)
      .when(change({ set }))
      .thenEvents({ type: 'ConfigurationChanged', data: { revision: 2, values: { ...wish.values, ...set } } })
    given(created)
      .when(change({ set, keep: false }))
      .thenEvents({ type: 'ConfigurationChanged', data: { revision: 2, values: set } })
    given(created)
      .when(change({ set: {}, unset: ['work_mem'] }))
      .thenEvents({ type: 'ConfigurationChanged', data: { revision: 2, values: {} } })
    given(created)
      .when(change({ set: wish.values }))
      .thenNothing()
    given(created)
      .when(change({ set: {}, unset: ['statement_timeout'] }))
      .thenNothing()
  })

  it('is called and described otherwise on its own, and its instances are left alone', () => {
    const details = { name: 'monthly', description: 'for the first night' }
    const renamed: ConfigurationEvent = { type: 'ConfigurationDetailsChanged', data: details }
    const alone = change({ set: {}, ...details })
    given(created, followed(one)).when(alone).thenEvents(renamed)
    given(created, renamed).when(alone).thenNothing()
    given(created)
      .when(change({ set: {}, name: 'monthly', description: '' }))
      .thenEvents({ type: 'ConfigurationDetailsChanged', data: { name: 'monthly' } })
    given(created)
      .when(change({ keep: false, ...details }))
      .thenEvents(renamed, changed)
    given(created)
      .when(change({ set: { port: '1' }, ...details }))
      .thenRejected('INVALID_INPUT', { field: 'values.port' })
  })

  it('is deleted once no instance follows it', () => {
    given(created, followed(one)).when({ type: 'DeleteConfiguration' }).thenRejected('INVALID_STATE')
    given(created, followed(one), { type: 'ConfigurationInstanceLeft', data: { instanceId: one } })
      .when({ type: 'DeleteConfiguration' })
      .thenEvents({ type: 'ConfigurationDeleted', data: { configurationId } })
    given(created, { type: 'ConfigurationDeleted', data: { configurationId } }).when(change()).thenRejected('NOT_FOUND')
  })
})

describe('a rollout', () => {
  const all = [created, followed(one), followed(two), followed(three)] as const

  it('asks as many instances at a time as it may', () => {
    given(...all)
      .when(change())
      .thenEvents(changed, begun, stepped(one))
    given(...all)
      .when(change({ parallelism: 2 }))
      .thenEvents(
        changed,
        { ...begun, data: { ...begun.data, parallelism: 2 } } as ConfigurationEvent,
        stepped(one, two),
      )
  })

  it('goes on as instances follow, and ends when all have', () => {
    const under = [...all, changed, begun, stepped(one), asked(one, 1)] as const
    given(...under)
      .when({ type: 'NoteFollowed', instanceId: one, revision: 2, now: at(0) })
      .thenEvents(followed(one, 2), stepped(two))
    given(...under, followed(one, 2), stepped(two), asked(two, 2), followed(two, 2), stepped(three), asked(three, 3))
      .when({ type: 'NoteFollowed', instanceId: three, revision: 2, now: at(0) })
      .thenEvents(followed(three, 2), ended('SUCCEEDED'))
  })

  it('stops at the first instance that fails or refuses', () => {
    const under = [...all, changed, begun, stepped(one)] as const
    given(...under)
      .when({ type: 'NoteAsked', instanceId: one, revision: 2, operationId: null, reason: 'it is stopped' })
      .thenEvents(ended('FAILED', one, 'it is stopped'))
    given(...under, asked(one, 1))
      .when({ type: 'NoteFailed', instanceId: one, operationId: operationId(1), reason: 'no start' })
      .thenEvents(ended('FAILED', one, 'no start'))
    given(...under, asked(one, 1))
      .when({ type: 'NoteFailed', instanceId: one, operationId: operationId(7), reason: 'another' })
      .thenNothing()
  })

  it('is cancelled: what has been asked may still follow, and nobody else is asked', () => {
    const under = [...all, changed, begun, stepped(one), asked(one, 1)] as const
    given(...under)
      .when({ type: 'CancelRollout' })
      .thenEvents(ended('CANCELLED'))
    given(...under, ended('CANCELLED'))
      .when({ type: 'NoteFollowed', instanceId: one, revision: 2, now: at(0) })
      .thenEvents(followed(one, 2))
  })

  it('goes on without an instance that is gone', () => {
    given(...all, changed, begun, stepped(one), asked(one, 1))
      .when({ type: 'NoteLeft', instanceId: one, now: at(0) })
      .thenEvents({ type: 'ConfigurationInstanceLeft', data: { instanceId: one } }, stepped(two))
  })

  it('can be begun again for those that have not followed', () => {
    const begin = { type: 'BeginRollout', restart: false, parallelism: 1, now: at(0) } as const
    given(...all, changed, begun, stepped(one), ended('FAILED', one, 'no start'), followed(one, 2))
      .when(begin)
      .thenEvents(begun, stepped(two))
    given(created, followed(one)).when(begin).thenNothing()
  })

  it('of a later change waits for what is under way, and asks that again', () => {
    const later = { type: 'ConfigurationChanged', data: { revision: 3, values: { work_mem: '256MB' } } } as const
    const state = given(...all, changed, begun, stepped(one), asked(one, 1))
      .when(change({ set: { work_mem: '256MB' } }))
      .thenEvents(later, { ...begun, data: { ...begun.data, revision: 3 } } as ConfigurationEvent)
    expect(state).toMatchObject({ rollout: { revision: 3, asked: { [one]: operationId(1) } } })
    const followedOld = configuration.decide({ type: 'NoteFollowed', instanceId: one, revision: 2, now: at(0) }, state)
    expect(followedOld).toMatchObject({
      events: [followed(one, 2), { type: 'ConfigurationRolloutStepped', data: { revision: 3, instanceIds: [one] } }],
    })
  })
})
