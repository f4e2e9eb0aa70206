import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { aggregates } from '../../../domain/aggregates.ts'
import { type CofferEventType, eventCatalogue } from '../../../domain/catalogue.ts'
import { parseDeadLetterId } from '../../../domain/dead-letter/id.ts'
import type { RawEvent } from '../../../domain/event-definition.ts'
import {
  parseBackupId,
  parseConfigurationId,
  parseHostId,
  parseInstanceId,
  parseOperationId,
  parseProjectId,
} from '../../../domain/ids.ts'
import { parseRequestId } from '../../../domain/request/id.ts'
import { parseScheduleId } from '../../../domain/schedule/id.ts'
import { parseTokenId } from '../../../domain/token/id.ts'
import { type Projection, readProjected } from '../../../projections/projection.ts'
import { allViews } from '../../../projections/registry.ts'
import { exampleMetadata, exampleWorld, streamOfEvent } from '../../support/example-events.ts'
import { project } from '../../support/projection-spec.ts'

/*
 * What each view makes of every stored event, kept in a file by view and version. Views outlive the program that built them, so a change of what they
 * hold is a new version: its file is written by `COFFER_WRITE_FIXTURES=1 npm test -- golden-views`, which never changes what stands in one.
 */

const eventFolder = new URL('../../fixtures/events/', import.meta.url)
const viewFolder = new URL('../../fixtures/views/', import.meta.url)

/** Whom the stored fixtures are about. */
const world = exampleWorld(1, {
  projectId: parseProjectId('shop-team'),
  instanceId: parseInstanceId('019a0001-0000-7000-8000-000000000001'),
  operationId: parseOperationId('019a0002-0000-7000-8000-000000000001'),
  hostId: parseHostId('019a0003-0000-7000-8000-000000000001'),
  tokenId: parseTokenId('019a0004-0000-7000-8000-000000000001'),
  backupId: parseBackupId('019a0009-0000-7000-8000-000000000001'),
  scheduleId: parseScheduleId('019a0008-0000-7000-8000-000000000001'),
  configurationId: parseConfigurationId('019a0009-0000-7000-8000-000000000001'),
  requestId: parseRequestId('019a0007-0000-7000-8000-000000000001'),
  deadLetterId: parseDeadLetterId('b8a51c5f-7f0d-8c4e-9d0e-3c1f5f0f2a11'),
})

/** What has happened in a view before the event in question, where it is not the first event of the view's own aggregate. */
const before: Readonly<Partial<Record<string, readonly CofferEventType[]>>> = {
  instances: ['InstanceRequested'],
  operations: ['OperationStarted', 'OperationStepStarted'],
  hosts: ['HostRegistered', 'HostCapacityClaimed', 'HostNodeFound'],
  quotas: ['ProjectQuotaSet', 'QuotaReserved'],
  'join-tokens': ['FleetJoinTokenIssued'],
  events: [],
  'dead-letters': [],
  unreadable: [],
}

const happenedBefore = ({ view, categories }: Projection): readonly CofferEventType[] =>
  before[view] ??
  categories
    .slice(0, 1)
    .flatMap((category) => Object.keys(aggregates[category].events).slice(0, 1) as CofferEventType[])

const readFixture = (name: string): RawEvent => JSON.parse(readFileSync(new URL(name, eventFolder), 'utf8'))

/** A log of these fixtures, as a store would hold it. */
const logOf = (names: readonly string[]) => {
  const revisions = new Map<string, number>()
  return names.map((name, position) => {
    const { type, version, data } = readFixture(name)
    const known = type as CofferEventType
    const stream = streamOfEvent(known, world)
    const revision = (revisions.get(stream) ?? -1) + 1
    revisions.set(stream, revision)
    const metadata = exampleMetadata(known, world, position)
    return { id: metadata.eventId, type, version, data, metadata, stream, revision, position }
  })
}

const newest = (type: CofferEventType): string => `${type}.v${eventCatalogue[type].version}.json`

/** The fixtures of all the events of the view's categories. */
const namesFor = ({ categories }: Projection): readonly string[] => {
  const types = new Set(categories.flatMap((category) => Object.keys(aggregates[category].events)))
  return readdirSync(eventFolder).filter((name) => types.has(name.split('.', 1)[0] ?? ''))
}

const dumpAfter = async (projection: Projection, name: string) =>
  project(projection, logOf([...happenedBefore(projection).map(newest), name]), { deliveries: 1 })

type Golden = Readonly<Record<string, unknown>>
const fileOf = ({ view, version }: Projection) => fileURLToPath(new URL(`${view}.v${version}.json`, viewFolder))
const readGolden = (file: string): Golden => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})

const made = async (projection: Projection): Promise<Golden> => {
  const dumps = await Promise.all(
    namesFor(projection).map(async (name) => [name.replace('.json', ''), await dumpAfter(projection, name)] as const),
  )
  return JSON.parse(JSON.stringify(Object.fromEntries(dumps)))
}

describe('what a view holds', () => {
  it.each(allViews.map((projection) => [projection.view, projection] as const))(
    'of %s is what its version has always held',
    async (view, projection) => {
      const file = fileOf(projection)
      const now = await made(projection)
      if (process.env.COFFER_WRITE_FIXTURES) {
        writeFileSync(file, `${JSON.stringify({ ...now, ...readGolden(file) }, null, 1)}\n`)
      }
      const golden = readGolden(file)
      for (const [event, documents] of Object.entries(now)) {
        expect(golden, `${event} has no golden documents in ${view}`).toHaveProperty([event])
        expect(documents, `${view} makes something else of ${event}: raise its version`).toEqual(golden[event])
      }
      expect(Object.keys(golden).sort()).toEqual(Object.keys(now).sort())
    },
  )

  it('is kept for no version but the present ones', () => {
    const present = allViews.map(({ view, version }) => `${view}.v${version}.json`)
    expect(readdirSync(viewFolder).sort()).toEqual(present.sort())
  })

  it('is made of events that can be read', () => {
    const all = readProjected(logOf(readdirSync(eventFolder)))
    expect(all.map(({ type }) => type)).not.toContain('unreadable')
  })
})
