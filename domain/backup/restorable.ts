import { engineOf } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import { bytesOfGiB } from '../values/bytes.ts'
import type { InstanceSpec } from '../values/instance-spec.ts'
import { invalidInput } from '../values/invalid-input.ts'
import { compareVersions, isVersionWithin } from '../values/version.ts'
import { type BackupContents, bytesOf } from './contents.ts'

/** The versions that read the data of this one as it is: `18` for PostgreSQL 18.4. */
export const seriesOf = ({ datastore }: Pick<InstanceSpec, 'datastore'>, version: string): string =>
  version.split('.').slice(0, engineOf(datastore).seriesParts).join('.')

/** What of this spec does not fit the backup, each as a refusal. */
export const restoreFaults = (
  contents: BackupContents,
  spec: Pick<InstanceSpec, 'datastore' | 'version' | 'volumeGiB'>,
): readonly Rejection[] => {
  const { datastore, version, volumeGiB } = spec
  const series = seriesOf(spec, contents.version)
  const reads = isVersionWithin(version, series) && compareVersions(version, contents.version) >= 0
  const { bytes } = bytesOf(contents)
  return [
    ...(reads
      ? []
      : [
          invalidInput(
            `the backup is of ${engineOf(datastore).title} ${contents.version}: ${version} cannot read it, ${contents.version} and later of ${series} can`,
            'version',
          ),
        ]),
    ...(bytes < volumeGiB * bytesOfGiB
      ? []
      : [
          invalidInput(
            `the backup has ${Math.ceil(bytes / bytesOfGiB)} GiB of data, which do not fit a volume of ${volumeGiB} GiB`,
            'volumeGiB',
          ),
        ]),
  ]
}
