import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CommandDefinition } from '../../../commands/public/definition.ts'
import { publicCommands } from '../../../commands/public/registry.ts'
import { parseFlavorId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { createSchema } from '../../../graphql/schema.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { createIdSource } from '../../../kernel/ids.ts'
import { systemRandom } from '../../../kernel/random.ts'
import { exampleWorld } from '../../support/example-events.ts'
import type { Reply } from './api-client.ts'
import { accepted, adminToken, bank, createApiUnderTest, shop } from './api-under-test.ts'

/** Stands in everything that belongs to the project shop, so that it shows wherever it leaks. */
const mark = 'belongs-to-shop'
const ids = createIdSource(systemClock, systemRandom)

type Ids = {
  readonly letter: string
  readonly instance: string
  readonly operation: string
  readonly token: string
  readonly joinToken: string
  readonly schedule: string
  readonly configuration: string
  readonly backup: string
  readonly project: string
}

type Row = {
  readonly document: string
  /** What is asked for, given whose it is. */
  readonly variables?: (target: Ids) => Readonly<Record<string, unknown>>
  /** `own`: the project's; `everybody`: the same for all; `admin`: for admins alone. */
  readonly shownTo: 'own' | 'everybody' | 'admin'
}

const mutation = (
  field: string,
  input: string,
  fields: (target: Ids) => object,
  shownTo: Row['shownTo'] = 'own',
): Row => ({
  document: `mutation ($input: ${input}!) { ${field}(input: $input) { __typename ... on Refusal { code message } } }`,
  variables: (target) => ({ input: fields(target) }),
  shownTo,
})

/** One row for every field at the top of the schema: a new field without a row fails the first test. */
const rows: Readonly<Record<string, Row>> = {
  'Query.viewer': { document: '{ viewer { subject projectId roles } }', shownTo: 'everybody' },
  'Query.instance': {
    document: 'query ($id: ID!) { instance(id: $id) { id name projectId operation { id } host { id } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.instances': { document: '{ instances { nodes { id name projectId } } }', shownTo: 'own' },
  'Query.operation': {
    document: 'query ($id: ID!) { operation(id: $id) { id fault { message } instance { name } } }',
    variables: ({ operation }) => ({ id: operation }),
    shownTo: 'own',
  },
  'Query.operations': {
    document: 'query ($id: ID!) { operations(filter: { instanceId: $id }) { nodes { id fault { message } } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.datastores': { document: '{ datastores { type versions } }', shownTo: 'everybody' },
  'Query.datastoreVersion': {
    document: '{ datastoreVersion(datastore: "postgresql", version: "17.10") { parameters { name } } }',
    shownTo: 'everybody',
  },
  'Query.flavors': { document: '{ flavors { id } }', shownTo: 'everybody' },
  'Query.events': {
    document: 'query ($id: ID!) { events(filter: { instanceId: $id }) { nodes { id type data } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.refusedCommands': { document: '{ refusedCommands { nodes { id message } } }', shownTo: 'own' },
  'Query.hosts': { document: '{ hosts { nodes { id name } } }', shownTo: 'admin' },
  'Query.joinTokens': { document: '{ joinTokens { nodes { id createdBy { name } } } }', shownTo: 'admin' },
  'Query.quota': { document: '{ quota { projectId used { instances } } }', shownTo: 'everybody' },
  'Query.node': {
    document: 'query ($id: ID!) { node(id: $id) { id ... on Instance { name } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.nodeAt': {
    document: 'query ($id: ID!) { nodeAt(id: $id, asOf: "2031-01-01T00:00:00Z") { id ... on Instance { name } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.nodes': {
    document:
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Instance { name } ... on Operation { fault { message } } ... on Token { name } ... on Schedule { cron } ... on Backup { name } } }',
    variables: ({ instance, operation, token, schedule, backup }) => ({
      ids: [instance, operation, token, schedule, backup],
    }),
    shownTo: 'own',
  },
  'Query.backup': {
    document: 'query ($id: ID!) { backup(id: $id) { id name instance { name } } }',
    variables: ({ backup }) => ({ id: backup }),
    shownTo: 'own',
  },
  'Query.backups': {
    document:
      'query ($id: ID!) { backups { nodes { id name } } ofOne: backups(filter: { instanceId: $id }) { nodes { id name } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.schedules': {
    document:
      'query ($id: ID!) { schedules { nodes { id cron } } ofOne: schedules(filter: { instanceId: $id }) { nodes { id cron } } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Query.configuration': {
    document: 'query ($id: ID!) { configuration(id: $id) { id name values { value } } }',
    variables: ({ configuration }) => ({ id: configuration }),
    shownTo: 'own',
  },
  'Query.configurations': { document: '{ configurations { nodes { id name } } }', shownTo: 'own' },
  'Query.tokens': { document: '{ tokens { nodes { id name } } }', shownTo: 'own' },

  'Query.deadLetters': { document: '{ deadLetters { nodes { id key error } } }', shownTo: 'admin' },
  'Query.deadLetter': {
    document: 'query ($id: ID!) { deadLetter(id: $id) { value headers deadLetter { key } } }',
    variables: ({ letter }) => ({ id: letter }),
    shownTo: 'admin',
  },

  'Query.unreadableEvents': { document: '{ unreadableEvents { nodes { id stream detail } } }', shownTo: 'admin' },

  'Mutation.createInstance': mutation('createInstance', 'CreateInstanceInput', () => ({
    name: 'a',
    datastore: 'postgresql',
  })),
  'Mutation.renameInstance': mutation('renameInstance', 'RenameInstanceInput', ({ instance }) => ({
    id: instance,
    name: 'b',
  })),
  'Mutation.updateInstance': mutation('updateInstance', 'UpdateInstanceInput', ({ instance }) => ({
    id: instance,
    description: 'What we sell',
  })),
  'Mutation.restartInstance': mutation('restartInstance', 'RestartInstanceInput', ({ instance }) => ({ id: instance })),
  'Mutation.stopInstance': mutation('stopInstance', 'StopInstanceInput', ({ instance }) => ({ id: instance })),
  'Mutation.startInstance': mutation('startInstance', 'StartInstanceInput', ({ instance }) => ({ id: instance })),
  'Mutation.resizeInstance': mutation('resizeInstance', 'ResizeInstanceInput', ({ instance }) => ({
    id: instance,
    volumeGiB: 9,
  })),
  'Mutation.createDatabase': mutation('createDatabase', 'CreateDatabaseInput', ({ instance }) => ({
    id: instance,
    name: 'crm',
  })),
  'Mutation.deleteDatabase': mutation('deleteDatabase', 'DeleteDatabaseInput', ({ instance }) => ({
    id: instance,
    name: 'crm',
  })),
  'Mutation.createUsers': mutation('createUsers', 'CreateUsersInput', ({ instance }) => ({
    id: instance,
    users: [{ name: 'ann' }],
  })),
  'Mutation.deleteUsers': mutation('deleteUsers', 'DeleteUsersInput', ({ instance }) => ({
    id: instance,
    names: ['ann'],
  })),
  'Mutation.changePassword': mutation('changePassword', 'ChangePasswordInput', ({ instance }) => ({
    id: instance,
    name: 'app',
  })),
  'Mutation.grantAccess': mutation('grantAccess', 'GrantAccessInput', ({ instance }) => ({
    id: instance,
    name: 'app',
    databases: ['app'],
    level: 'READ',
  })),
  'Mutation.revokeAccess': mutation('revokeAccess', 'RevokeAccessInput', ({ instance }) => ({
    id: instance,
    name: 'app',
    databases: ['app'],
  })),
  'Mutation.enableRoot': mutation('enableRoot', 'EnableRootInput', ({ instance }) => ({ id: instance })),
  'Mutation.refreshAccounts': mutation('refreshAccounts', 'RefreshAccountsInput', ({ instance }) => ({ id: instance })),
  'Mutation.createExtension': mutation('createExtension', 'CreateExtensionInput', ({ instance }) => ({
    ...{ id: instance, database: 'app', name: 'pg_trgm' },
  })),
  'Mutation.dropExtension': mutation('dropExtension', 'DropExtensionInput', ({ instance }) => ({
    ...{ id: instance, database: 'app', name: 'pg_trgm' },
  })),
  'Mutation.disableRoot': mutation('disableRoot', 'DisableRootInput', ({ instance }) => ({ id: instance })),
  'Mutation.deleteInstance': mutation('deleteInstance', 'DeleteInstanceInput', ({ instance }) => ({ id: instance })),
  'Mutation.adoptInstance': mutation('adoptInstance', 'AdoptInstanceInput', ({ instance }) => ({ id: instance })),
  'Mutation.removeUnlistedInstance': mutation(
    'removeUnlistedInstance',
    'RemoveUnlistedInstanceInput',
    ({ instance }) => ({ id: instance }),
  ),
  'Mutation.cancelOperation': mutation('cancelOperation', 'CancelOperationInput', ({ operation }) => ({
    id: operation,
  })),
  'Mutation.createBackup': mutation('createBackup', 'CreateBackupInput', ({ instance }) => ({ instanceId: instance })),
  'Mutation.deleteBackup': mutation('deleteBackup', 'DeleteBackupInput', ({ backup }) => ({ id: backup })),
  'Mutation.verifyBackup': mutation('verifyBackup', 'VerifyBackupInput', ({ backup }) => ({ id: backup })),
  'Mutation.createConfiguration': mutation('createConfiguration', 'CreateConfigurationInput', () => ({
    name: 'a',
    datastore: 'postgresql',
    values: [],
  })),
  'Mutation.changeConfiguration': mutation('changeConfiguration', 'ChangeConfigurationInput', ({ configuration }) => ({
    id: configuration,
  })),
  'Mutation.replaceConfiguration': mutation(
    'replaceConfiguration',
    'ReplaceConfigurationInput',
    ({ configuration }) => ({ id: configuration, values: [] }),
  ),
  'Mutation.rollOutConfiguration': mutation(
    'rollOutConfiguration',
    'RollOutConfigurationInput',
    ({ configuration }) => ({ id: configuration }),
  ),
  'Mutation.cancelRollout': mutation('cancelRollout', 'CancelRolloutInput', ({ configuration }) => ({
    id: configuration,
  })),
  'Mutation.deleteConfiguration': mutation('deleteConfiguration', 'DeleteConfigurationInput', ({ configuration }) => ({
    id: configuration,
  })),
  'Mutation.attachConfiguration': mutation(
    'attachConfiguration',
    'AttachConfigurationInput',
    ({ instance, configuration }) => ({ id: instance, configurationId: configuration }),
  ),
  'Mutation.detachConfiguration': mutation('detachConfiguration', 'DetachConfigurationInput', ({ instance }) => ({
    id: instance,
  })),
  'Mutation.createSchedule': mutation('createSchedule', 'CreateScheduleInput', ({ instance }) => ({
    instanceId: instance,
    action: 'RESTART',
    cron: '0 3 * * *',
  })),
  'Mutation.changeSchedule': mutation('changeSchedule', 'ChangeScheduleInput', ({ schedule }) => ({
    id: schedule,
    paused: true,
  })),
  'Mutation.deleteSchedule': mutation('deleteSchedule', 'DeleteScheduleInput', ({ schedule }) => ({ id: schedule })),
  'Mutation.issueToken': mutation('issueToken', 'IssueTokenInput', () => ({ name: 'ci', role: 'READER' })),
  'Mutation.revokeToken': mutation('revokeToken', 'RevokeTokenInput', ({ token }) => ({ id: token })),
  'Mutation.setQuota': mutation('setQuota', 'SetQuotaInput', ({ project }) => ({
    projectId: project,
    instances: 1,
    vcpus: 1,
    memoryMiB: 1,
    volumeGiB: 1,
  })),
  'Mutation.defineFlavor': mutation('defineFlavor', 'DefineFlavorInput', () => ({ id: 'big', vcpus: 1, memoryMiB: 1 })),
  'Mutation.retireFlavor': mutation('retireFlavor', 'RetireFlavorInput', () => ({ id: 'big' })),
  'Mutation.setDefaultDatastoreVersion': mutation(
    'setDefaultDatastoreVersion',
    'SetDefaultDatastoreVersionInput',
    () => ({ datastore: 'postgresql', version: '17.10' }),
  ),
  'Mutation.withdrawDatastoreVersion': mutation('withdrawDatastoreVersion', 'WithdrawDatastoreVersionInput', () => ({
    datastore: 'postgresql',
    version: '17.10',
  })),
  'Mutation.replayDeadLetter': mutation('replayDeadLetter', 'ReplayDeadLetterInput', ({ letter }) => ({ id: letter })),
  'Mutation.dropDeadLetter': mutation('dropDeadLetter', 'DropDeadLetterInput', ({ letter }) => ({ id: letter })),
  'Mutation.issueJoinToken': mutation('issueJoinToken', 'IssueJoinTokenInput', () => ({})),
  'Mutation.revokeJoinToken': mutation('revokeJoinToken', 'RevokeJoinTokenInput', ({ joinToken }) => ({
    id: joinToken,
  })),
  'Mutation.cordonHost': mutation('cordonHost', 'CordonHostInput', () => ({ id: randomUUID() })),
  'Mutation.uncordonHost': mutation('uncordonHost', 'UncordonHostInput', () => ({ id: randomUUID() })),
  'Mutation.removeHost': mutation('removeHost', 'RemoveHostInput', () => ({ id: randomUUID() })),
  'Mutation.excludeEvent': mutation('excludeEvent', 'ExcludeEventInput', ({ instance }) => ({
    stream: `instance-${instance}`,
    revision: 0,
  })),

  'Subscription.instance': {
    document: 'subscription ($id: ID!) { instance(id: $id) { id name } }',
    variables: ({ instance }) => ({ id: instance }),
    shownTo: 'own',
  },
  'Subscription.operation': {
    document: 'subscription ($id: ID!) { operation(id: $id) { id fault { message } } }',
    variables: ({ operation }) => ({ id: operation }),
    shownTo: 'own',
  },
  'Subscription.events': {
    document: 'subscription ($after: String) { events(after: $after) { node { eventId data } } }',
    shownTo: 'own',
  },
}

const fieldsOfSchema = (): string[] => {
  const schema = createSchema()
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`),
  )
}
const namesOf = (kind: string): string[] => Object.keys(rows).filter((name) => name.startsWith(`${kind}.`))
const row = (name: string): Row => {
  const found = rows[name]
  if (!found) throw new Error(`no row ${name}`)
  return found
}

/** Two projects, shop with one of everything, and a token of every kind. */
const createWorld = async () => {
  const world = createApiUnderTest()
  const instance = await world.putInstance(shop, { name: mark, endpoint: { host: mark, port: 1 } })
  const operation = await world.putOperation(instance, {
    status: 'FAILED',
    fault: { code: 'X', message: mark, retryable: false },
  })
  await world.putEvent(shop, { instanceId: instance.id, operationId: operation.id, data: { mark } })
  const marked = await world.putToken(shop, 'reader', { name: mark })
  const schedule = await world.putSchedule(instance, { cron: mark })
  const configuration = await world.putConfiguration(shop, {
    name: mark,
    values: { search_path: mark },
    createdBy: { kind: 'system', name: mark },
  })
  const backup = await world.putBackup(instance, { name: mark })
  await world.putHost({ name: mark })
  world.refusals.put(shop, { message: mark })
  world.past.add('InstanceRequested', { ...exampleWorld(), projectId: shop, instanceId: instance.id }, { name: mark })
  const joinToken = await world.putJoinToken({
    createdBy: { kind: 'user', subject: mark, projectId: shop, roles: ['admin'] },
  })
  await world.putDatastore({
    type: 'postgresql',
    versions: ['17.10'],
    withdrawn: [],
    defaultVersion: '17.10',
    defaultPinned: false,
  })
  await world.putFlavor({ id: parseFlavorId('small'), vcpus: 1, memoryMiB: 1, description: '', retired: false })
  const tokens = {
    shopMember: (await world.putToken(shop, 'member', { name: mark })).token,
    shopReader: (await world.putToken(shop, 'reader', { name: mark })).token,
    bankMember: (await world.putToken(bank, 'member')).token,
  }
  await world.putUnreadable({
    id: randomUUID(),
    position: 1,
    stream: instanceStream(instance.id),
    revision: 1,
    type: 'InstanceTeleported',
    reason: 'UNKNOWN_TYPE',
    detail: mark,
    excluded: null,
  })
  const letter = world.letters.park({ key: mark, value: mark, error: mark })
  const theirs: Ids = {
    letter,
    instance: instance.id,
    operation: operation.id,
    token: marked.document.id,
    joinToken: joinToken.id,
    schedule: schedule.id,
    configuration: configuration.id,
    backup: backup.id,
    project: shop,
  }
  const absent: Ids = {
    letter: 'coffer.events.dead-letters/0/99',
    instance: ids.next(),
    operation: ids.next(),
    token: ids.next(),
    joinToken: ids.next(),
    schedule: ids.next(),
    configuration: ids.next(),
    backup: ids.next(),
    project: 'nowhere',
  }
  const ask = (name: string, token: string | null, target: Ids): Promise<Reply> => {
    const { document, variables } = row(name)
    return world.ask(document, { token, variables: variables?.(target) ?? {} })
  }
  /** The first result of a subscription. */
  const first = async (name: string, token: string, target: Ids) => {
    const gone = new AbortController()
    const { document, variables } = row(name)
    try {
      for await (const result of world.follow(document, {
        token,
        variables: variables?.(target) ?? {},
        signal: gone.signal,
      }))
        return result
      return null
    } finally {
      gone.abort()
    }
  }
  /** Where the audit log of whoever holds the token ends. */
  const endOfEvents = async (token: string): Promise<string> =>
    (await world.ask('{ events { pageInfo { endCursor } } }', { token })).data.events.pageInfo.endCursor
  return { ...world, tokens, theirs, absent, ask, first, endOfEvents }
}

/** An answer without the ids that were asked for, and without the headers, which name the request. */
const anonymous = (
  reply: object | null,
  { letter, instance, operation, token, schedule, configuration, backup, project }: Ids,
): string =>
  [letter, instance, operation, token, schedule, configuration, backup, project].reduce(
    (text, id) => text.replaceAll(id, '<id>'),
    JSON.stringify({ ...reply, headers: null }),
  )

it('has a row in this matrix for every field at the top of the schema', () => {
  expect(Object.keys(rows).sort()).toEqual(fieldsOfSchema().sort())
})

describe.each(fieldsOfSchema())('%s', (name) => {
  it('answers nobody without a token, and a bad token alike', async () => {
    const { ask, theirs, tokens } = await createWorld()
    const without = await ask(name, null, theirs)
    expect(without.status).toBe(401)
    expect(without.data).toBeUndefined()
    expect(without.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
    for (const bad of ['nonsense', `${adminToken}x`, `${tokens.shopMember.slice(0, -4)}AAAA`]) {
      const refused = await ask(name, bad, theirs)
      expect({ ...refused, headers: null }).toEqual({ ...without, headers: null })
    }
  })
})

describe.each(namesOf('Query'))('%s', (name) => {
  const { shownTo } = row(name)

  it.each(['shopMember', 'shopReader'] as const)('answers a %s of the project', async (who) => {
    const { ask, theirs, tokens } = await createWorld()
    const { data, errors } = await ask(name, tokens[who], theirs)
    if (shownTo === 'admin') {
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
      expect(JSON.stringify({ data, errors })).not.toContain(mark)
    } else {
      expect(errors).toEqual([])
      if (shownTo === 'own') expect(JSON.stringify(data)).toContain(mark)
    }
  })

  it('answers another project as if there were nothing', async () => {
    const { ask, theirs, absent, tokens } = await createWorld()
    const foreign = await ask(name, tokens.bankMember, theirs)
    const nothing = await ask(name, tokens.bankMember, absent)
    expect(JSON.stringify(foreign)).not.toContain(mark)
    expect(anonymous(foreign, theirs)).toBe(anonymous(nothing, absent))
  })

  it('answers an admin of whatever project', async () => {
    const { ask, theirs } = await createWorld()
    const { data, errors } = await ask(name, adminToken, theirs)
    expect(errors).toEqual([])
    if (shownTo !== 'everybody') expect(JSON.stringify(data)).toContain(mark)
  })
})

describe.each(namesOf('Mutation'))('%s', (name) => {
  const isForAdmins = definitionOf(name).role === 'admin'

  it('refuses a reader before anything is asked of the write side', async () => {
    const { ask, theirs, tokens, scripted } = await createWorld()
    const { data, errors } = await ask(name, tokens.shopReader, theirs)
    expect(errors).toEqual([])
    expect(Object.values(data)).toEqual([{ __typename: 'Refusal', code: 'FORBIDDEN', message: expect.any(String) }])
    expect(scripted.requests).toEqual([])
  })

  it('refuses a member what is for admins', async () => {
    const { ask, theirs, tokens, scripted } = await createWorld()
    scripted.answer(() => ({ accepted: false, rejection: { code: 'NOT_FOUND', message: 'there is none' } }))
    const { data } = await ask(name, tokens.shopMember, theirs)
    expect(Object.values(data)).toMatchObject([{ code: isForAdmins ? 'FORBIDDEN' : 'NOT_FOUND' }])
    expect(scripted.requests).toHaveLength(isForAdmins ? 0 : 1)
  })

  it('tells the write side who is asking, for it to judge', async () => {
    const { ask, theirs, tokens, scripted } = await createWorld()
    scripted.answer(() => accepted({ position: -1 }))
    await ask(name, isForAdmins ? adminToken : tokens.bankMember, theirs)
    const member = {
      subject: expect.stringMatching(/^token:/),
      projectId: bank,
      roles: ['member'],
      tokenId: expect.any(String),
    }
    const admin = { subject: 'admin', projectId: 'default', roles: ['admin'] }
    expect(scripted.requests.map(({ actor }) => actor)).toEqual([{ kind: 'user', ...(isForAdmins ? admin : member) }])
  })

  it('passes on that something is absent, whosever it is', async () => {
    const { ask, theirs, tokens, scripted } = await createWorld()
    scripted.answer(() => ({ accepted: false, rejection: { code: 'NOT_FOUND', message: 'there is none' } }))
    const { data } = await ask(name, isForAdmins ? adminToken : tokens.bankMember, theirs)
    expect(Object.values(data)).toEqual([{ __typename: 'Refusal', code: 'NOT_FOUND', message: 'there is none' }])
  })
})

/** Of the command that a mutation sends, named as the schema names it. */
function definitionOf(name: string): CommandDefinition {
  const field = name.replace('Mutation.', '')
  const found = Object.values(publicCommands).find((each) => each.name.toLowerCase() === field.toLowerCase())
  if (!found) throw new Error(`no public command is called as ${name}`)
  return found
}

describe.each(['Subscription.instance', 'Subscription.operation'])('%s', (name) => {
  it.each(['shopMember', 'shopReader'] as const)('shows it to a %s of the project', async (who) => {
    const { first, theirs, tokens } = await createWorld()
    expect(JSON.stringify(await first(name, tokens[who], theirs))).toContain(mark)
  })

  it('answers another project as if there were nothing', async () => {
    const { first, theirs, absent, tokens } = await createWorld()
    const foreign = await first(name, tokens.bankMember, theirs)
    const nothing = await first(name, tokens.bankMember, absent)
    expect(foreign?.errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND'])
    expect(anonymous(foreign, theirs)).toBe(anonymous(nothing, absent))
  })
})

describe('Subscription.events', () => {
  it.each(['shopMember', 'shopReader'] as const)(
    'gives a %s what happens in the project, and nothing else',
    async (who) => {
      const { follow, putEvent, tokens, endOfEvents } = await createWorld()
      const gone = new AbortController()
      const variables = { after: await endOfEvents(tokens[who]) }
      const { document } = row('Subscription.events')
      const results = follow(document, { token: tokens[who], variables, signal: gone.signal })
      await putEvent(bank)
      await putEvent(null)
      const mine = await putEvent(shop, { data: { mark } })
      const { value } = await results.next()
      expect(value?.data.events.node.eventId).toBe(mine.id)
      gone.abort()
    },
  )

  it("refuses a cursor of another project's event like one that never was", async () => {
    const { follow, endOfEvents, tokens } = await createWorld()
    const theirs = await endOfEvents(tokens.shopMember)
    const code = async (after: string) => {
      const results = follow(row('Subscription.events').document, { token: tokens.bankMember, variables: { after } })
      return (await results.next()).value?.errors
    }
    expect(await code(theirs)).toEqual(await code('bm9uc2Vuc2U'))
    expect((await code(theirs))?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT'])
  })
})
