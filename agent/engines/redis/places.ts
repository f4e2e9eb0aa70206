import { join } from 'node:path'
import type { EngineInstance } from '../engine.ts'

export const socketOf = ({ runDir }: EngineInstance): string => join(runDir, 'redis.sock')

/** Beside the socket, where a full volume does not keep it from being written. */
export const pidFileOf = ({ runDir }: EngineInstance): string => join(runDir, 'redis.pid')

/**
 * Where the agent's password for administration is, which Redis asks for over its socket, too. Another one at every start, and in no backup; whoever
 * can read it can reach the socket as well.
 */
export const adminPasswordOf = ({ runDir }: EngineInstance): string => join(runDir, 'admin.password')

/** Also how the process is known: its only argument. */
export const configurationOf = ({ dataDir }: Pick<EngineInstance, 'dataDir'>): string => join(dataDir, 'coffer.conf')

export const usersOf = ({ dataDir }: Pick<EngineInstance, 'dataDir'>): string => join(dataDir, 'users.acl')
