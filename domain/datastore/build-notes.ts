import type { Engine } from '../host/events.ts'
import { compareVersions } from '../values/version.ts'

/** The newest patch level of each major version when this Coffer was made. */
const newest = { asOf: 'November 2026', versions: ['15.20', '16.16', '17.12', '18.6'] }

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
  const behind = datastore === 'postgresql' ? patchesBehind(version) : null
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

const patchesBehind = (version: string): string | null => {
  const major = version.split('.')[0]
  const latest = newest.versions.find((candidate) => candidate.startsWith(`${major}.`))
  if (latest === undefined || compareVersions(version, latest) >= 0) return null
  const missing = Number(latest.split('.')[1]) - Number(version.split('.')[1])
  const releases = missing === 1 ? 'one patch release' : `${missing} patch releases`
  return `It is ${releases} behind ${latest}, the newest of ${newest.asOf}.`
}
