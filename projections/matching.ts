import type { InstanceId, ProjectId } from '../domain/ids.ts'
import { everyone, type List } from './lists.ts'

/** Of one project, or, null, of all. */
export type Scope = { readonly projectId: ProjectId | null }

/** ISO 8601: made at `since` or later, and before `until`. */
export type Made = { readonly since?: string; readonly until?: string }

export const inAll = { index: 'all', value: everyone } as const

/** The list of a project, or of all; of those alone that the suffix says. */
export const inScope = <const Suffix extends string = ''>(
  { projectId }: Scope,
  suffix: Suffix = '' as Suffix,
): List<`all${Suffix}` | `project${Suffix}`> =>
  projectId === null ? { index: `all${suffix}`, value: everyone } : { index: `project${suffix}`, value: projectId }

/** Null where it is not asked for those of one instance. */
export const ofInstance = ({ instanceId }: { readonly instanceId?: InstanceId }): List<'instance'> | null =>
  instanceId === undefined ? null : { index: 'instance', value: instanceId }

/** What a filter has to look at beyond the list itself; undefined when that is nothing. */
export type Matcher<D> = ((document: D) => boolean) | undefined

/** All the tests that are asked for; undefined where there are none. */
export const allOf = <D>(...tests: readonly (Matcher<D> | false)[]): Matcher<D> => {
  const asked = tests.filter((test) => test !== undefined && test !== false)
  return asked.length === 0 ? undefined : (document) => asked.every((test) => test(document))
}

/** Whether one of these is the value of a document; undefined where any will do. */
export const oneOf = <D, V>(wanted: readonly V[] | undefined, of: (document: D) => V): Matcher<D> => {
  if (wanted === undefined) return undefined
  const values: ReadonlySet<V> = new Set(wanted)
  return (document) => values.has(of(document))
}

export const only = <D, V>(wanted: V | undefined, of: (document: D) => V): Matcher<D> =>
  wanted === undefined ? undefined : (document) => of(document) === wanted

export const madeWithin = <D extends { readonly createdAt: string }>({ since, until }: Made): Matcher<D> =>
  allOf<D>(
    since !== undefined && (({ createdAt }) => createdAt >= since),
    until !== undefined && (({ createdAt }) => createdAt < until),
  )

/** For the list of an instance, which is of whatever project. */
export const inProject = <D extends { readonly projectId: ProjectId }>({
  projectId,
  instanceId,
}: Scope & { readonly instanceId?: InstanceId }): Matcher<D> =>
  instanceId === undefined || projectId === null ? undefined : (document) => document.projectId === projectId
