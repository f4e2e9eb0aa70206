import { removeTree } from './files.ts'
import type { Host } from './host.ts'
import { shortId } from './layout.ts'

/** Ends all engines cleanly and puts away what only running ones need. They are to run again at the next start. */
export const stopEngines = async (host: Host, signal: AbortSignal): Promise<void> => {
  const { cgroups, config, control, layout, log, records, supervisor, volumes } = host
  await Promise.all(
    records.all().map(async (record) => {
      const { nodeId } = record
      try {
        await control.stop(record, signal, config.lastStopMs)
        if (record.desired === 'running')
          supervisor.setHealth(nodeId, 'UNKNOWN', 'the engine was stopped with its host')
        await volumes(record.volume.kind).detach(layout.volumePlace(nodeId), signal)
        await cgroups.remove(shortId(nodeId), signal)
        await removeTree(layout.runDir(nodeId))
      } catch (error) {
        log.error({ nodeId, err: error }, 'an engine could not be stopped cleanly')
      }
    }),
  )
  cgroups.close()
}
