import { join } from 'node:path'
import type { InstanceId } from '../domain/ids.ts'
import type { TlsFiles } from './engines/engine.ts'
import type { VolumePlace } from './isolation/volumes.ts'

/** Enough of a UUIDv7 to name things on one host: its last 12 digits are random. */
export const shortId = (id: string): string => id.replaceAll('-', '').slice(-12)

export type Layout = ReturnType<typeof createLayout>

/**
 * Where things are. `enginesRoot` holds what engines use (templates, instances) and is a path their accounts can reach;
 * `runRoot` is short, for sockets.
 */
export const createLayout = (enginesRoot: string, runRoot: string) => {
  const instance = (id: InstanceId): string => join(enginesRoot, 'instances', id)
  /** A mount point, or the directory itself. */
  const volume = (id: InstanceId): string => join(instance(id), 'volume')
  return {
    enginesRoot,
    runRoot,
    templates: join(enginesRoot, 'templates'),
    prepared: join(enginesRoot, 'prepared'),
    instances: join(enginesRoot, 'instances'),
    instance,
    volume,
    volumePlace: (id: InstanceId): VolumePlace => ({ directory: volume(id), image: join(instance(id), 'volume.img') }),
    dataDir: (id: InstanceId): string => join(volume(id), 'data'),
    logDir: (id: InstanceId): string => join(instance(id), 'log'),
    logFile: (id: InstanceId): string => join(instance(id), 'log', 'engine.log'),
    /** What the engine writes its log to. Apart from the log, so that nobody who looks through that reads the pipe. */
    logPipe: (id: InstanceId): string => join(instance(id), 'log.pipe'),
    tlsDir: (id: InstanceId): string => join(instance(id), 'tls'),
    tlsFiles: (id: InstanceId): TlsFiles => {
      const directory = join(instance(id), 'tls')
      return {
        certificate: join(directory, 'server.crt'),
        key: join(directory, 'server.key'),
        ca: join(directory, 'ca.crt'),
      }
    },
    runDir: (id: InstanceId): string => join(runRoot, shortId(id)),
  }
}
