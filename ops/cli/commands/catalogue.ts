import type { CliContext } from '../context.ts'
import {
  DatastoresDocument,
  type DatastoresQuery,
  FlavorsDocument,
  type HostFragment,
  QuotaDocument,
  type QuotaLimitsFragment,
  type ResourcesFragment,
} from '../generated/graphql.ts'
import { readAll } from '../pages.ts'
import { formatTable } from '../table.ts'
import { localTime } from '../time.ts'
import { allHosts } from './find-host.ts'

type Datastore = DatastoresQuery['datastores'][number]
type Build = Datastore['builds'][number]

/** Of the operating system, which mends them, where a build brings none along. */
const librariesOf = ({ libraries }: Build): string =>
  libraries.map(({ name, version }) => `${name} ${version}`).join(', ') || "the system's"

export const listDatastores = async ({ api, output, signal, terminal }: CliContext): Promise<void> => {
  const { datastores } = await api.request(DatastoresDocument, {}, signal)
  const whenEmpty = 'No host has offered a datastore yet.'
  if (output.format !== 'table') return output.list(datastores, [], whenEmpty)
  await output.list(
    datastores.flatMap(({ builds, ...datastore }) => builds.map((build) => ({ ...datastore, build }))),
    [
      ['DATASTORE', ({ type }) => type],
      ['VERSION', ({ build }) => build.version],
      ['', remarkOn],
      ['SOURCE', ({ build }) => build.source],
      ['LIBRARIES', ({ build }) => librariesOf(build), 'cutting'],
    ],
    whenEmpty,
  )
  for (const { type, builds } of datastores) {
    for (const { version, source, notes } of builds) {
      if (notes.length > 0) terminal.stderr.write(`${type} ${version} (${source}): ${notes.join(' ')}\n`)
    }
  }
}

const remarkOn = ({
  defaultVersion,
  withdrawnVersions,
  build: { version },
}: Omit<Datastore, 'builds'> & { readonly build: Build }): string => {
  if (version === defaultVersion) return 'default'
  return withdrawnVersions.includes(version) ? 'withdrawn' : ''
}

export const listFlavors = async (
  { api, output, signal }: CliContext,
  { all }: { readonly all: boolean },
): Promise<void> => {
  const { flavors } = await api.request(FlavorsDocument, { includeRetired: all }, signal)
  await output.list(
    flavors,
    [
      ['FLAVOR', ({ id, retired }) => (retired ? `${id} (retired)` : id)],
      ['VCPUS', ({ vcpus }) => vcpus],
      ['MEMORY', ({ memoryMiB }) => `${memoryMiB} MiB`],
      ['DESCRIPTION', ({ description }) => description, 'cutting'],
    ],
    'There are no flavors.',
  )
}

export const listHosts = async (context: CliContext): Promise<void> => {
  const hosts = await readAll(context, allHosts)
  const share =
    (what: keyof ResourcesFragment) =>
    ({ claimed, capacity }: HostFragment) =>
      claimed && capacity ? `${claimed[what]} of ${capacity[what]}` : null
  await context.output.list(
    hosts,
    [
      ['NAME', ({ name }) => name, 'cutting'],
      ['STATUS', ({ status, cordon }) => (cordon ? `${status}, cordoned` : status)],
      ['ADDRESS', ({ address }) => address],
      ['VCPUS', share('vcpus')],
      ['MEMORY MiB', share('memoryMiB')],
      ['VOLUME GiB', share('volumeGiB')],
      ['VOLUMES', ({ isolation }) => isolation?.volume ?? null],
      ['CGROUP', ({ isolation }) => isolation?.cgroup ?? null],
      ['ID', ({ id }) => id],
    ],
    'No host has registered yet.',
  )
  if (context.output.format !== 'table') return
  for (const { id, name, refusedKey, isolation, cordon } of hosts) {
    if (cordon)
      context.terminal.stderr.write(
        `${name}: gets no new databases since ${localTime(cordon.since)}${cordon.reason === null ? '' : `: ${cordon.reason}`}\n`,
      )
    if (refusedKey !== null)
      context.terminal.stderr.write(
        `${name}: somebody registered as this host with another key (${refusedKey}) and was refused; if it was the host, "coffer admin host join-token --host ${id}" lets it in\n`,
      )
    for (const missing of isolation?.missing ?? []) context.terminal.stderr.write(`${name}: ${missing}\n`)
  }
}

const quotaRows: readonly (readonly [keyof QuotaLimitsFragment, string])[] = [
  ['instances', 'instances'],
  ['vcpus', 'vCPUs'],
  ['memoryMiB', 'memory MiB'],
  ['volumeGiB', 'volume GiB'],
  ['backupGiB', 'backup GiB'],
]

export const showQuota = async (
  { api, output, signal }: CliContext,
  { project }: { readonly project?: string },
): Promise<void> => {
  const { quota } = await api.request(QuotaDocument, { project }, signal)
  await output.one(quota, () => [
    `project ${quota.projectId}${quota.isDefault ? ' (default limits)' : ''}`,
    formatTable(quotaRows, [
      ['', ([, title]) => title],
      ['USED', ([key]) => quota.used[key]],
      ['LIMIT', ([key]) => quota.limits[key]],
    ]),
  ])
}
