import { sameResources } from '../values/resources.ts'
import type { HostDescription, Isolation } from './events.ts'

/** Whether two descriptions say the same; an agent may list its engines in any order. */
export const isSameDescription = (a: HostDescription, b: HostDescription): boolean =>
  a.hostId === b.hostId &&
  a.name === b.name &&
  a.address === b.address &&
  a.agentVersion === b.agentVersion &&
  a.caCertificate === b.caCertificate &&
  sameResources(a.capacity, b.capacity) &&
  a.instanceLimit?.atMost === b.instanceLimit?.atMost &&
  a.instanceLimit?.limitedBy === b.instanceLimit?.limitedBy &&
  isSameSet(enginesOf(a), enginesOf(b)) &&
  isSameIsolation(a.isolation, b.isolation)

const enginesOf = ({ engines }: HostDescription): readonly string[] =>
  engines.map(({ datastore, version, source, libraries = [] }) =>
    [datastore, version, source, ...libraries.map((library) => `${library.name} ${library.version}`)].join(' '),
  )

const isSameIsolation = (a: Isolation, b: Isolation): boolean =>
  a.unixUser === b.unixUser && a.cgroup === b.cgroup && a.volume === b.volume && isSameSet(a.missing, b.missing)

const isSameSet = (a: readonly string[], b: readonly string[]): boolean => {
  const right = new Set(b)
  return new Set(a).size === right.size && a.every((each) => right.has(each))
}
