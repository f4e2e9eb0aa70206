import { type DispatchSettings, timeoutOfEach } from '../../commands/public/definition.ts'
import type { Config } from '../config.ts'

export const defaultQuota = (config: Config): DispatchSettings['defaultQuota'] => ({
  instances: config.quotaInstances,
  vcpus: config.quotaVcpus,
  memoryMiB: config.quotaMemoryMiB,
  volumeGiB: config.quotaVolumeGiB,
  backupGiB: config.quotaBackupGiB,
})

/** What may be asked for, and how long it may take. */
export const dispatchSettings = (config: Config): DispatchSettings => {
  const timeoutMs = config.operationTimeoutMs
  return {
    defaultQuota: defaultQuota(config),
    defaultFlavor: config.defaultFlavor,
    defaultVolumeGiB: config.defaultVolumeGiB,
    maxVolumeGiB: config.maxVolumeGiB,
    maxTokens: config.maxTokens,
    operationTimeoutMs: { ...timeoutOfEach(timeoutMs), backup: config.backupTimeoutMs },
    // Of a request that was cut off in the middle they are free again then. Not sooner: while the sagas are away, a request
    // that was accepted waits to be begun, and what it is to have must not go to another.
    reservationMs: timeoutMs,
    idempotencyKeyLifetimeMs: config.idempotencyKeyLifetimeMs,
  }
}
