import type { AbsentRoute, Method } from './route.ts'

const rows = (
  instead: string,
  calls: readonly (readonly [methods: string, path: string, ...serves: string[]])[],
): readonly AbsentRoute[] =>
  calls.flatMap(([methods, path, ...serves]) =>
    methods.split(' ').map((method) => ({ method: method as Method, path, serves, instead })),
  )

/** What Trove has and Coffer has not, or not by this API. When a capability comes, its row moves to its noun. */
export const absentRoutes: readonly AbsentRoute[] = [
  ...rows('withdraw its versions, by `openstack datastore version delete` or `coffer datastore withdraw`', [
    ['DELETE', '/datastores/{datastore}', 'datastore delete'],
  ]),
  ...rows('versions come from the hosts that have them', [
    ['POST', '/mgmt/datastore-versions', 'datastore version create'],
  ]),
  ...rows('read the log on the host; the events of an instance are in `coffer events --instance`', [
    ['GET POST', '/instances/{instance}/log', 'database log list', 'database log show', 'database log set'],
  ]),
  ...rows('there are no clusters: make instances', [
    ['GET POST', '/clusters', 'database cluster list', 'database cluster create'],
    [
      'GET POST DELETE',
      '/clusters/{cluster}',
      'database cluster show',
      'database cluster delete',
      'database cluster force delete',
      'database cluster grow',
      'database cluster shrink',
      'database cluster upgrade',
      'database cluster reset status',
      'database cluster list instances',
    ],
    ['GET', '/clusters/{cluster}/instances/{instance}'],
    ['GET POST', '/mgmt/clusters'],
    ['POST', '/mgmt/clusters/{cluster}/action'],
  ]),
  ...rows('there are no modules', [
    ['GET POST', '/modules'],
    ['GET PUT DELETE', '/modules/{module}'],
    ['GET POST', '/instances/{instance}/modules', 'database cluster modules'],
  ]),
]

/** Commands of `openstack` whose calls are answered, and what they ask for is not there. */
export const absentCommands: Readonly<Record<string, string>> = {
  'database instance upgrade': 'make an instance of the new version and copy the data',
  'database instance promote': 'there are no replicas',
  'database instance eject': 'there are no replicas',
  'database instance rebuild': 'there are no images: make an instance anew',
  'database ssl enable': 'every instance has TLS; Coffer issues the certificates',
  'database ssl disable': 'every instance has TLS',
  'database ssl rollback': 'every instance has TLS; Coffer issues the certificates',
  'database log tail': 'the client reads the log from Swift, an object store of OpenStack',
  'database log save': 'the client reads the log from Swift, an object store of OpenStack',
  'database backup execution delete': 'the client deletes it at Mistral, a service of OpenStack',
}
