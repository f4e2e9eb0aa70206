import { z } from 'zod'
import { offeredRefusal } from '../engines/offered.ts'
import { engineOf } from '../engines/registry.ts'
import type { Rejection } from '../rejection.ts'
import type { DatastoreType } from './instance-spec.ts'
import { invalidInput } from './invalid-input.ts'
import { quote } from './text.ts'

const isAddress = (text: string): boolean => z.ipv4().safeParse(text).success
const isNetwork = (text: string): boolean => z.cidrv4().safeParse(text).success

/** Why this engine cannot have a user that may come from there alone, or null: `FEATURE_NOT_AVAILABLE` or `INVALID_INPUT`. */
export const userHostRefusal = (
  datastore: DatastoreType,
  host: string | undefined,
  field: string,
): Rejection | null => {
  if (host === undefined) return null
  const refusal = offeredRefusal(engineOf(datastore).accounts.hosts, field)
  if (refusal) return refusal
  const wanted = 'an IPv4 address such as 10.1.2.3 or a network such as 10.1.0.0/16 is expected'
  if (isAddress(host)) return null
  if (!isNetwork(host)) return invalidInput(`${wanted}, not ${quote(host)}; leave it out for everywhere`, field)
  const network = networkOf(host)
  return network === host ? null : invalidInput(`${wanted}: ${quote(host)} is within ${quote(network)}`, field)
}

/** The network with nothing of an address within it: `10.1.2.3/16` is in `10.1.0.0/16`. */
const networkOf = (cidr: string): string => {
  const { base, mask, length } = partsOf(cidr)
  return `${dotted(base & mask)}/${length}`
}

/** `10.1.0.0/16` as address and mask: `10.1.0.0` and `255.255.0.0`. */
export const addressAndMask = (cidr: string): { readonly address: string; readonly mask: string } => {
  const { base, mask } = partsOf(cidr)
  return { address: dotted(base), mask: dotted(mask) }
}

const partsOf = (cidr: string) => {
  const [address = '', length = '32'] = cidr.split('/')
  const base = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  // A shift by 32 bits is one by none.
  const mask = length === '0' ? 0 : -1 << (32 - Number(length))
  return { base, mask, length }
}

const dotted = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
