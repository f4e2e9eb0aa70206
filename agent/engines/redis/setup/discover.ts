import type { PackagedServerKind } from '../../discover-servers.ts'

const unknownDirective = 'coffer-asks-for-tls'

/** How a Redis is told from others, and one that speaks TLS from one that was built without. */
export const redisServers: PackagedServerKind = {
  datastore: 'redis',
  name: 'Redis',
  program: 'redis-server',
  folder: 'usr/bin',
  // The oldest that has all that the driver needs: users in a file, and several settings changed at once.
  oldest: '7.0',
  askVersion: async (ask) => {
    const { exitCode, stdout, stderr } = await ask(['--version'])
    if (exitCode !== 0) return { reason: stderr.trim() }
    const version = /^Redis server v=(\d+\.\d+\.\d+) /.exec(stdout)?.[1]
    if (version === undefined)
      return { reason: `it calls itself ${JSON.stringify(stdout.trim())}, which is not a release` }
    // It stops at the first directive that it does not know: the one of TLS, where it was built without.
    const probe = await ask(['-'], `tls-port 0\n${unknownDirective} x\n`)
    return probe.stderr.includes(unknownDirective) ? { version } : { reason: 'it was built without TLS' }
  },
}
