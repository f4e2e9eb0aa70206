import { describe, expect, it } from 'vitest'
import { requestOrigin } from '../../../graphql/pipeline/request-origin.ts'

describe('the origin of a request', () => {
  it.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:17:4::9', '2001:db8:17::/48'],
    ['2001:0DB8::1', '2001:db8:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['::1', '0:0:0::/48'],
    ['not an address', undefined],
    [undefined, undefined],
  ])('names the network of %s and not the computer', (address, network) => {
    expect(requestOrigin('r', { address }).network).toBe(network)
  })

  it.each([
    ['coffer/0.3.0', 'coffer/0.3.0'],
    ['Mozilla/5.0 (X11; Linux x86_64; ann@home) Gecko/20100101', 'Mozilla/5.0'],
    ['python-troveclient', 'python-troveclient'],
    ['(ann)', undefined],
    [`${'x'.repeat(500)}/1`, undefined],
    [null, undefined],
  ])('names the program of %s and not its machine', (userAgent, client) => {
    expect(requestOrigin('r', { userAgent }).client).toBe(client)
  })
})
