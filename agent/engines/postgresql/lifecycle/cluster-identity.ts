import { randomBytes } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { endianness } from 'node:os'
import { join } from 'node:path'
import type { WallClock } from '../../../../kernel/clock.ts'
import { EngineFault } from '../../engine.ts'
import { crc32c } from './crc32c.ts'

/**
 * Where a control file of this version (`pg_control_version`, the four bytes at 8) holds what is changed here: src/include/catalog/pg_control.h of
 * PostgreSQL 15 and 16 (1300), 17 (1700) and 18 (1800, which put a byte before the nonce). The system identifier is in front in all of them.
 */
const layouts: Readonly<Record<number, { readonly nonceAt: number; readonly crcAt: number }>> = {
  1300: { nonceAt: 256, crcAt: 288 },
  1700: { nonceAt: 256, crcAt: 288 },
  1800: { nonceAt: 257, crcAt: 292 },
}
const nonceBytes = 32
const versionAt = 8

/** `XLogLongPageHeaderData` (src/include/access/xlog_internal.h), with which every segment of the log begins. */
const longHeader = { bytes: 40, infoAt: 2, systemIdAt: 24, flag: 0x0002 }
const segmentName = /^[0-9A-F]{24}$/

/**
 * Gives a stopped data directory that was copied from a template an identity of its own. Backups, replicas and recovery tell clusters apart by
 * the system identifier. The salts of unknown users are made from the nonce: a shared one would tell strangers that two servers are of one origin,
 * and which users exist. May be repeated after an interruption at any point. Nothing is synced.
 *
 * The pages of the log name the cluster, too, outside of what their checksums cover. Throws `EngineFault` `TEMPLATE_FAILED` for a control file
 * that is damaged or of a version that is not known here.
 */
export const renewClusterIdentity = async (clock: WallClock, dataDir: string): Promise<void> => {
  const systemId = newSystemId(clock.now())
  const walDir = join(dataDir, 'pg_wal')
  for (const name of await readdir(walDir)) if (segmentName.test(name)) await renewSegment(join(walDir, name), systemId)
  await renewControlFile(join(dataDir, 'global', 'pg_control'), systemId)
}

/** The upper half is the time in seconds, as initdb makes it; the lower half is by chance. */
const newSystemId = (nowMs: number): Buffer => {
  const id = (BigInt(Math.floor(nowMs / 1000)) << 32n) | BigInt(randomBytes(4).readUInt32LE())
  const bytes = Buffer.alloc(8)
  // The engine's files are in the byte order of the machine, and all that Coffer runs on is little-endian.
  bytes.writeBigUInt64LE(id)
  return bytes
}

const renewControlFile = async (path: string, systemId: Buffer): Promise<void> => {
  await using file = await open(path, 'r+')
  const content = await file.readFile()
  const version = content.length > versionAt + 4 ? content.readUInt32LE(versionAt) : 0
  const layout = layouts[version]
  if (endianness() !== 'LE' || !layout) throw notRenewed(`its control file has version ${version}`)
  const { nonceAt, crcAt } = layout
  if (content.readUInt32LE(crcAt) !== crc32c(content.subarray(0, crcAt))) throw notRenewed('its checksum is wrong')
  systemId.copy(content, 0)
  randomBytes(nonceBytes).copy(content, nonceAt)
  content.writeUInt32LE(crc32c(content.subarray(0, crcAt)), crcAt)
  await file.write(content, 0, content.length, 0)
}

const renewSegment = async (path: string, systemId: Buffer): Promise<void> => {
  await using file = await open(path, 'r+')
  const header = Buffer.alloc(longHeader.bytes)
  const { bytesRead } = await file.read(header, 0, header.length, 0)
  // A segment that was made ahead of need is empty still.
  const isLong = bytesRead === header.length && (header.readUInt16LE(longHeader.infoAt) & longHeader.flag) !== 0
  if (isLong) await file.write(systemId, 0, systemId.length, longHeader.systemIdAt)
}

const notRenewed = (why: string): EngineFault =>
  new EngineFault('TEMPLATE_FAILED', `a copy of the template of PostgreSQL cannot get an identity of its own: ${why}`)
