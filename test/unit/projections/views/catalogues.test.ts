import { describe, expect, it } from 'vitest'
import { parseJoinTokenId } from '../../../../domain/fleet/id.ts'
import { parseFlavorId } from '../../../../domain/ids.ts'
import { datastoresView } from '../../../../projections/views/datastores.ts'
import { deadLettersView } from '../../../../projections/views/dead-letters.ts'
import { flavorsView } from '../../../../projections/views/flavors.ts'
import { joinTokensView } from '../../../../projections/views/join-tokens.ts'
import { tokensView } from '../../../../projections/views/tokens.ts'
import { createEventLog } from '../../../support/event-log.ts'
import { exampleActor, exampleWorld, plantedSecrets } from '../../../support/example-events.ts'
import { expectDocuments, keysIn, project } from '../../../support/projection-spec.ts'

const world = exampleWorld()

describe('the view of datastores', () => {
  const expectAfter = async (
    events: readonly (readonly ['Offered' | 'Withdrawn' | 'Default', string])[],
    document: object,
  ): Promise<void> => {
    const log = createEventLog()
    const types = {
      Offered: 'DatastoreVersionOffered',
      Withdrawn: 'DatastoreVersionWithdrawn',
      Default: 'DatastoreDefaultVersionSet',
    } as const
    for (const [what, version] of events) log.add(types[what], world, { version })
    await expectDocuments(datastoresView, log.events(), { postgresql: { type: 'postgresql', ...document } })
  }
  const offered = (...versions: string[]) => versions.map((version) => ['Offered', version] as const)

  it('lists versions newest first, by number, and takes the newest as default', () =>
    expectAfter(offered('17.9', '9.6', '18.1', '17.10'), {
      versions: ['18.1', '17.10', '17.9', '9.6'],
      withdrawn: [],
      defaultVersion: '18.1',
      defaultPinned: false,
    }))

  it('keeps a default that an admin chose when a newer version comes', () =>
    expectAfter([...offered('17.9'), ['Default', '17.9'], ...offered('18.1')], {
      versions: ['18.1', '17.9'],
      withdrawn: [],
      defaultVersion: '17.9',
      defaultPinned: true,
    }))

  it('goes back to the newest when the chosen default is withdrawn, and does not choose it again by itself', () =>
    expectAfter([...offered('17.9', '18.1'), ['Default', '17.9'], ['Withdrawn', '17.9'], ...offered('17.9')], {
      versions: ['18.1', '17.9'],
      withdrawn: [],
      defaultVersion: '18.1',
      defaultPinned: false,
    }))

  it('has no default when all versions are withdrawn', () =>
    expectAfter([...offered('17.9'), ['Withdrawn', '17.9']], {
      versions: [],
      withdrawn: ['17.9'],
      defaultVersion: null,
      defaultPinned: false,
    }))
})

describe('the view of flavors', () => {
  it('marks what is retired and lists the smallest first', async () => {
    const log = createEventLog()
    const add = (name: string, vcpus: number, memoryMiB: number) =>
      log.add('FlavorDefined', exampleWorld(1, { flavorId: parseFlavorId(name) }), { vcpus, memoryMiB })
    add('large', 10, 4096)
    add('medium', 2, 4096)
    add('small', 2, 512)
    log.add('FlavorRetired', exampleWorld(1, { flavorId: parseFlavorId('medium') }))
    const flavor = (id: string, vcpus: number, memoryMiB: number, retired: boolean) => ({
      [id]: { id, vcpus, memoryMiB, description: 'for a start', retired },
    })
    await expectDocuments(flavorsView, log.events(), {
      ...flavor('small', 2, 512, false),
      ...flavor('medium', 2, 4096, true),
      ...flavor('large', 10, 4096, false),
    })
    const dumped = await project(flavorsView, log.events(), { deliveries: 1 })
    expect(keysIn(dumped, 'all', 'all')).toEqual(['small', 'medium', 'large'])
  })
})

describe('the view of tokens', () => {
  it('has what a token is recognised by, and whether it was revoked', async () => {
    const log = createEventLog()
    log.add('TokenIssued', world)
    const issued = {
      id: world.tokenId,
      projectId: world.projectId,
      name: 'ci',
      role: 'member',
      ancestors: [],
      secretHash: plantedSecrets.secretHash,
      expiresAt: null,
      revoked: false,
      createdAt: '2030-01-01T00:00:00.000Z',
      createdBy: exampleActor(world),
    }
    await expectDocuments(tokensView, log.events(), { [world.tokenId]: issued })
    log.add('TokenRevoked', world)
    await expectDocuments(tokensView, log.events(), { [world.tokenId]: { ...issued, revoked: true } })
    const dumped = await project(tokensView, log.events(), { deliveries: 1 })
    expect(keysIn(dumped, 'project', 'acme')).toEqual([world.tokenId])
    expect(keysIn(dumped, 'all', 'all')).toEqual([world.tokenId])
  })
})

describe('the view of join tokens', () => {
  it('has whom each is for, who joined with it, and whether it was revoked', async () => {
    const log = createEventLog()
    const tokenId = parseJoinTokenId('019a0009-0000-7000-8000-000000000001')
    const expiresAt = '2030-01-01T01:00:00.000Z'
    log.add('FleetJoinTokenIssued', world, { tokenId, hostId: null, expiresAt })
    const issued = {
      id: tokenId,
      hostId: null,
      expiresAt,
      revoked: false,
      used: null,
      createdAt: '2030-01-01T00:00:00.000Z',
      createdBy: exampleActor(world),
    }
    await expectDocuments(joinTokensView, log.events(), { [tokenId]: issued })
    const revoked = createEventLog()
    revoked.add('FleetJoinTokenIssued', world, { tokenId, hostId: null, expiresAt })
    revoked.add('FleetJoinTokenRevoked', world, { tokenId })
    await expectDocuments(joinTokensView, revoked.events(), { [tokenId]: { ...issued, revoked: true } })
    log.add('FleetHostNameTaken', world)
    log.add('FleetJoinTokenUsed', world, { tokenId })
    const used = { hostId: world.hostId, at: '2030-01-01T00:00:02.000Z' }
    await expectDocuments(joinTokensView, log.events(), { [tokenId]: { ...issued, used } })
    const dumped = await project(joinTokensView, log.events(), { deliveries: 1 })
    expect(keysIn(dumped, 'all', 'all')).toEqual([tokenId])
  })
})

describe('the view of dead letters', () => {
  it('has what was decided, by whom and when', async () => {
    const log = createEventLog()
    const other = exampleWorld(2)
    log.add('DeadLetterReplayed', world)
    log.add('DeadLetterDropped', other)
    await expectDocuments(deadLettersView, log.events(), {
      [world.deadLetterId]: {
        id: world.deadLetterId,
        status: 'REPLAYED',
        resolvedAt: '2030-01-01T00:00:00.000Z',
        resolvedBy: exampleActor(world),
      },
      [other.deadLetterId]: {
        id: other.deadLetterId,
        status: 'DROPPED',
        resolvedAt: '2030-01-01T00:00:01.000Z',
        resolvedBy: exampleActor(other),
      },
    })
  })
})
