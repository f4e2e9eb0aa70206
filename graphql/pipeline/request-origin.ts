import { isIP } from 'node:net'
import type { RequestOrigin } from '../../domain/metadata.ts'

/** What a request says of where it comes from, as it is kept in the log for good: nothing by which one person could be found. */
export const requestOrigin = (
  id: string,
  { address, userAgent }: { readonly address?: string | undefined; readonly userAgent?: string | null | undefined },
): RequestOrigin => {
  const network = networkOf(address)
  const client = clientOf(userAgent)
  return { id, ...(network !== null && { network }), ...(client !== null && { client }) }
}

const mapped = /^::ffff:(?=\d+\.)/i

/** The /24 of an IPv4 address, the /48 of an IPv6 address. Null for anything else. */
const networkOf = (address: string | undefined): string | null => {
  const plain = (address ?? '').replace(mapped, '').replace(/%.*$/, '')
  switch (isIP(plain)) {
    case 4:
      return `${plain.split('.').slice(0, 3).join('.')}.0/24`
    case 6:
      return `${firstGroups(plain).join(':')}::/48`
    default:
      return null
  }
}

const groupsOfNetwork = 3

const firstGroups = (address: string): readonly string[] => {
  const [before = '', after] = address.split('::')
  const groups = before === '' ? [] : before.split(':')
  const missing = after === undefined ? 0 : 8 - groups.length - (after === '' ? 0 : after.split(':').length)
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(after ? after.split(':') : [])]
  return all.slice(0, groupsOfNetwork).map((group) => Number.parseInt(group, 16).toString(16))
}

/** The first product of a `User-Agent` header (RFC 9110, 10.1.5): the others tell of the person's machine. */
const clientOf = (userAgent: string | null | undefined): string | null =>
  /^[\w!#$%&'*+.^`|~-]{1,40}(\/[\w!#$%&'*+.^`|~-]{1,40})?(?=\s|$)/.exec(userAgent ?? '')?.[0] ?? null
