import { hostStream } from '../../domain/host/index.ts'
import type { HostId, InstanceId } from '../../domain/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { UnreadableHistory } from '../history.ts'

/**
 * Does what concerns one instance of a host. Where a history that it rests on cannot be read, that is told and answered with null: it concerns no other
 * instance of the host. Not so the history of the host itself.
 */
export const leaveOutUnreadable = async <T>(
  log: Pick<Log, 'warn'>,
  { hostId, instanceId }: { readonly hostId: HostId; readonly instanceId: InstanceId },
  work: () => Promise<T>,
): Promise<T | null> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UnreadableHistory) || error.fault.stream === hostStream(hostId)) throw error
    log.warn({ hostId, instanceId, err: error }, 'an instance of a host is left out, as its history cannot be read')
    return null
  }
}
