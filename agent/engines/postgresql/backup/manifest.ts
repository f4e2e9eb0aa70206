import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Unpacked } from '../../../backup/untar.ts'

/** PostgreSQL documentation 76, "Backup Manifest Format". A name that is no UTF-8 is in hex. */
const manifestSchema = z.object({
  Files: z.array(
    z.object({
      Path: z.string().optional(),
      'Encoded-Path': z.string().optional(),
      Size: z.int().nonnegative(),
      'Checksum-Algorithm': z.string().optional(),
      Checksum: z.string().optional(),
    }),
  ),
})

/** What is wrong with files by their manifest, in one line; null where nothing is. The write-ahead log is in none: its records have checksums of their own. */
export const differenceFrom = (manifest: string, files: ReadonlyMap<string, Unpacked>): string | null => {
  if (!isWhole(manifest)) return 'the manifest is not what the engine wrote'
  const listed = new Map(
    manifestSchema
      .parse(JSON.parse(manifest))
      .Files.map((file) => [
        file.Path ?? Buffer.from(file['Encoded-Path'] ?? '', 'hex').toString('utf8'),
        { bytes: file.Size, sha256: file['Checksum-Algorithm'] === 'SHA256' ? file.Checksum : undefined },
      ]),
  )
  for (const [name, { bytes, sha256 }] of listed) {
    const found = files.get(name)
    if (!found) return `the file ${name} is missing`
    if (found.bytes !== bytes || found.sha256 !== sha256) return `the file ${name} differs from the manifest`
  }
  const extra = [...files.keys()].find((name) => !listed.has(name) && !name.startsWith('pg_wal/'))
  return extra === undefined ? null : `the file ${extra} is not in the manifest`
}

/** Its last line has the checksum of all lines before it. */
const isWhole = (manifest: string): boolean => {
  const lastLine = manifest.lastIndexOf('"Manifest-Checksum"')
  const [, checksum] = /^"Manifest-Checksum": "([0-9a-f]{64})"\}\s*$/.exec(manifest.slice(lastLine)) ?? []
  return checksum !== undefined && checksum === createHash('sha256').update(manifest.slice(0, lastLine)).digest('hex')
}
