import { cordonHost, uncordonHost } from '../../commands/public/cordon-host.ts'
import { removeHost } from '../../commands/public/remove-host.ts'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import type { Engine, InstanceLimit, Isolation } from '../../domain/host/events.ts'
import { type HostId, hostIdSchema } from '../../domain/ids.ts'
import {
  type HostDocument,
  hostStatusOf,
  type UnlistedInstance as UnlistedDocument,
} from '../../projections/views/hosts.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'
import { visibleToAdmins } from '../visible.ts'

const addHost = (parts: SchemaParts, { result, mutation }: Mutations): void => {
  addHostType(parts)
  const asItIsNow = readsBackAs(
    parts.Host,
    'The host as it is now. Null only while `upToDate` is false.',
    ({ hostId }: { readonly hostId: HostId }, { loadHost }) => loadHost(hostId),
  )
  mutation(cordonHost, result(cordonHost.answer, { became: '`cordonHost`', readsBack: { host: asItIsNow } }))
  mutation(uncordonHost, result(uncordonHost.answer, { became: '`uncordonHost`', readsBack: { host: asItIsNow } }))
  mutation(removeHost, result(removeHost.answer, { became: '`removeHost`', readsBack: {} }))
  const { builder, Host } = parts
  const { Connection } = defineConnection(parts, { name: 'Host', view: 'hosts', node: Host })
  builder.queryField('hosts', (t) =>
    t.field({
      type: Connection,
      args: listArguments(t.arg),
      complexity: listComplexity,
      description:
        'Admins only; others are answered with the error `FORBIDDEN`. The hosts whose agents have registered.',
      resolve: async (_root, args, { session, backend }) => {
        requireAdmin(session, 'the list of hosts')
        return listPage(args, cursorPlace(backend.cursors, 'hosts'), backend.views.hosts)
      },
    }),
  )
}

const isReadable = (host: HostDocument): boolean => hostStatusOf(host) !== 'UNREADABLE'

const addHostType = ({ builder, Host, Node, Resources }: SchemaParts): void => {
  const HostStatus = builder.enumType('HostStatus', {
    description: 'Whether the agent is heard of.',
    values: {
      UP: { description: 'Heartbeats come.' },
      LOST: { description: 'No heartbeat came for longer than the bound.' },
      UNREADABLE: {
        description: 'Events of it are missing or cannot be read, so it takes no instances: see `coffer admin status`.',
      },
    } as const,
  })
  const HostEngine = builder.objectRef<Engine>('HostEngine').implement({
    description: 'An engine installed on a host.',
    fields: (t) => ({
      datastore: t.exposeString('datastore', { description: `${datastoreChoice}.` }),
      version: t.exposeString('version', { description: 'The exact version.' }),
      source: t.exposeString('source', {
        description: 'Where it comes from: `npm`, `added` (by an administrator), `system` or another word.',
      }),
    }),
  })
  const HostIsolation = builder.objectRef<Isolation>('HostIsolation').implement({
    description: 'How instances are kept apart on a host.',
    fields: (t) => ({
      unixUser: t.exposeBoolean('unixUser', { description: 'Every instance has a Unix user of its own.' }),
      cgroup: t.exposeString('cgroup', { description: 'What limits CPU and memory: `v2`, `v1` or `none`.' }),
      volume: t.exposeString('volume', {
        description: '`loop`: the size of the volume is enforced; `directory`: usage is measured.',
      }),
      missing: t.exposeStringList('missing', { complexity: 1, description: 'In words: what the host cannot give.' }),
    }),
  })
  const HostInstanceLimit = builder.objectRef<InstanceLimit>('HostInstanceLimit').implement({
    description: 'How many instances a host can have, regardless of their size.',
    fields: (t) => ({
      atMost: t.exposeInt('atMost', { description: 'Those that are there included.' }),
      limitedBy: t.exposeString('limitedBy', {
        description: 'What there would be too few of: `ports`, `accounts`, `loopDevices` or `processes`.',
      }),
    }),
  })
  const UnlistedInstance = builder.objectRef<UnlistedDocument>('UnlistedInstance').implement({
    description: 'An instance that a host has and the log does not know of, as after a restore from a backup.',
    fields: (t) => ({
      id: t.id({ description: 'UUID.', resolve: ({ instanceId }) => instanceId }),
      projectId: t.id({
        nullable: true,
        description: 'The project it was made for.',
        resolve: ({ label }) => label?.projectId ?? null,
      }),
      name: t.string({
        nullable: true,
        description: 'The name it was made with.',
        resolve: ({ label }) => label?.name ?? null,
      }),
      version: t.string({
        nullable: true,
        description: 'The exact version of its engine.',
        resolve: ({ label }) => label?.spec.version ?? null,
      }),
      running: t.exposeBoolean('running', { description: 'Whether its host keeps its engine running.' }),
      port: t.exposeInt('port', { nullable: true, description: 'Where its engine listens.' }),
      foundAt: t.expose('foundAt', { type: 'DateTime', description: 'When its host told of it last.' }),
    }),
  })
  const Cordon = builder.objectRef<NonNullable<HostDocument['cordon']>>('Cordon').implement({
    description: 'Why a host gets no new databases.',
    fields: (t) => ({
      since: t.expose('since', { type: 'DateTime', description: 'Since when.' }),
      reason: t.exposeString('reason', { nullable: true, description: 'What who did it has said.' }),
    }),
  })
  Host.implement({
    interfaces: [Node],
    description: 'A machine that runs instances.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      name: t.exposeString('name', { description: 'As it calls itself; its id where that is not known any more.' }),
      address: t.exposeString('address', { description: 'Where its instances are reached.' }),
      agentVersion: t.exposeString('agentVersion', { description: 'The version of its agent.' }),
      status: t.field({ type: HostStatus, description: 'Whether its agent is heard of.', resolve: hostStatusOf }),
      capacity: t.field({
        type: Resources,
        nullable: true,
        description: 'What it gives to instances. Null while it is `UNREADABLE`.',
        resolve: (host) => (isReadable(host) ? host.capacity : null),
      }),
      instanceLimit: t.field({
        type: HostInstanceLimit,
        nullable: true,
        description: 'How many instances it can have; null where its agent has not told.',
        resolve: ({ instanceLimit }) => instanceLimit ?? null,
      }),
      claimed: t.field({
        type: Resources,
        nullable: true,
        description: 'What instances take of it. Null while it is `UNREADABLE`.',
        resolve: (host) => (isReadable(host) ? host.claimed : null),
      }),
      engines: t.expose('engines', { type: [HostEngine], description: 'What its agent found installed.' }),
      isolation: t.field({
        type: HostIsolation,
        nullable: true,
        description: 'How instances are kept apart. Null while it is `UNREADABLE`.',
        resolve: (host) => (isReadable(host) ? host.isolation : null),
      }),
      cordon: t.expose('cordon', {
        type: Cordon,
        nullable: true,
        description: 'Set where it gets no new databases: `uncordonHost` ends that.',
      }),
      unlisted: t.expose('unlisted', {
        type: [UnlistedInstance],
        complexity: 1,
        description: 'What it has and the log does not know of: `adoptInstance` or `removeUnlistedInstance` ends that.',
      }),
      caCertificate: t.exposeString('caCertificate', { description: 'PEM. The authority of its endpoints.' }),
      signingKey: t.exposeString('signingKey', {
        nullable: true,
        description:
          'What its messages are verified by: Ed25519, base64url. Null for an agent of before messages were signed.',
      }),
      refusedKey: t.exposeString('refusedKey', {
        nullable: true,
        description:
          'Somebody registered as this host with this other key and was refused. Null if nobody has since the host has its key.',
      }),
      registeredAt: t.expose('registeredAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When it first registered. Null while it is `UNREADABLE` and that is not known.',
      }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When anything of this last changed. Null while it is `UNREADABLE` and that is not known.',
      }),
    }),
  })
}

export const hostNoun: Noun = {
  nodes: { Host: visibleToAdmins(hostIdSchema, ({ loadHost }, id) => loadHost(id)) },
  add: addHost,
}
