import type { EngineDescriptor } from '../engines/descriptor.ts'
import { engineOf } from '../engines/registry.ts'
import type { Engine } from '../host/events.ts'
import { compareVersions } from '../values/version.ts'

/** Of a library, what is known to be too old, and why that matters. */
const outdated: readonly { readonly name: string; readonly below: string; readonly why: string }[] = [
  { name: 'OpenSSL', below: '3.0', why: 'has had no public security fixes since September 2023' },
  { name: 'libxml2', below: '2.12', why: 'is unmaintained and has published vulnerabilities in reading XML' },
]

/**
 * What somebody who chooses this build ought to know, in sentences. An administrator can offer another: see SECURITY.md. Empty where there is
 * nothing to say.
 */
export const buildNotes = ({ datastore, version, libraries = [] }: Engine): readonly string[] => {
  const { releases } = engineOf(datastore)
  const behind = releases && patchesBehind(version, releases)
  return [
    ...(behind === null ? [] : [behind]),
    ...libraries.flatMap((library) => {
      const known = outdated.find(
        ({ name, below }) => name === library.name && compareVersions(library.version, below) < 0,
      )
      return known ? [`It brings ${library.name} ${library.version}, which ${known.why}.`] : []
    }),
  ]
}

/** Versions of one series differ in their last part alone. */
const patchesBehind = (version: string, { asOf, newest }: NonNullable<EngineDescriptor['releases']>): string | null => {
  const latest = newest.find((candidate) => seriesOf(candidate) === seriesOf(version))
  if (latest === undefined || compareVersions(version, latest) >= 0) return null
  const missing = patchOf(latest) - patchOf(version)
  const releases = missing === 1 ? 'one patch release' : `${missing} patch releases`
  return `It is ${releases} behind ${latest}, the newest of ${asOf}.`
}

const seriesOf = (version: string): string => version.slice(0, version.lastIndexOf('.'))

const patchOf = (version: string): number => Number(version.slice(version.lastIndexOf('.') + 1))
