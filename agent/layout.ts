import { join } from 'node:path'
import type { NodeId } from '../domain/ids.ts'
import type { TlsFiles } from './engines/engine.ts'
import type { VolumePlace } from './isolation/volumes.ts'

/** Enough of a UUIDv7 to name things on one host: its last 12 digits are random. */
export const shortId = (id: string): string => id.replaceAll('-', '').slice(-12)

export type Layout = ReturnType<typeof createLayout>

/**
 * Where things are. `enginesRoot` holds what engines use (templates, nodes) and is a path their accounts can reach;
 * `runRoot` is short, for sockets.
 */
export const createLayout = (enginesRoot: string, runRoot: string) => {
  const node = (id: NodeId): string => join(enginesRoot, 'nodes', id)
  /** A mount point, or the directory itself. */
  const volume = (id: NodeId): string => join(node(id), 'volume')
  return {
    enginesRoot,
    runRoot,
    templates: join(enginesRoot, 'templates'),
    prepared: join(enginesRoot, 'prepared'),
    nodes: join(enginesRoot, 'nodes'),
    node,
    volume,
    volumePlace: (id: NodeId): VolumePlace => ({ directory: volume(id), image: join(node(id), 'volume.img') }),
    dataDir: (id: NodeId): string => join(volume(id), 'data'),
    logDir: (id: NodeId): string => join(node(id), 'log'),
    logFile: (id: NodeId): string => join(node(id), 'log', 'engine.log'),
    /** What the engine writes its log to. Apart from the log, so that nobody who looks through that reads the pipe. */
    logPipe: (id: NodeId): string => join(node(id), 'log.pipe'),
    tlsDir: (id: NodeId): string => join(node(id), 'tls'),
    tlsFiles: (id: NodeId): TlsFiles => {
      const directory = join(node(id), 'tls')
      return {
        certificate: join(directory, 'server.crt'),
        key: join(directory, 'server.key'),
        ca: join(directory, 'ca.crt'),
      }
    },
    runDir: (id: NodeId): string => join(runRoot, shortId(id)),
  }
}
