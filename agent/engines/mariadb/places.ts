import { join } from 'node:path'
import type { EngineInstance } from '../engine.ts'

type DataDir = Pick<EngineInstance, 'dataDir'>

export const socketOf = ({ runDir }: Pick<EngineInstance, 'runDir'>): string => join(runDir, 'mariadb.sock')

/** Beside the socket, where a full volume does not keep it from being written. */
export const pidFileOf = ({ runDir }: Pick<EngineInstance, 'runDir'>): string => join(runDir, 'mariadb.pid')

/** Also how the process is known. Not among the databases: each directory there would be one. */
export const configurationOf = ({ dataDir }: DataDir): string => join(dataDir, 'coffer.cnf')

export const databasesOf = ({ dataDir }: DataDir): string => join(dataDir, 'databases')

/** For what is sorted or altered: on the instance's own volume, which bounds it. */
export const temporaryFilesOf = ({ dataDir }: DataDir): string => join(dataDir, 'temporary')
