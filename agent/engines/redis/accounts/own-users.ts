import { createHash } from 'node:crypto'
import type { EngineInstance } from '../../engine.ts'

/** Comes in over the socket, which the engine's account and root alone can reach, and may do everything. */
export const adminUser = 'coffer_admin'

/** By it the agent connects over the network. May say that it is there, and no more. */
export const monitorUser = 'coffer_monitor'

/** A password as Redis keeps it and takes it: `ACL SETUSER name #<hash>`. */
export const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex')

/** Lines of the file of users that are the agent's. Nobody logs in as `default`, as whom a client begins. */
export const ownLines = (adminPassword: string): readonly string[] => [
  'user default reset',
  `user ${adminUser} reset on #${hashOf(adminPassword)} allkeys allchannels allcommands`,
]

/** A line of the file of users that is the agent's: another one at every start, and in no backup. */
const ownUserLine = /^user (?:default|coffer_admin) /

/** Of the text of a file of users, the lines of those that people made. */
export const linesOfOthers = (users: string): readonly string[] =>
  users.split('\n').filter((line) => line !== '' && !ownUserLine.test(line))

export const monitorRules = ({ monitorPassword }: EngineInstance): readonly string[] => [
  ...['reset', 'on', `#${hashOf(monitorPassword)}`, '-@all', '+echo'],
]
