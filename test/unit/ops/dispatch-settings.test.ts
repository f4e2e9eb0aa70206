import { describe, expect, it } from 'vitest'
import { dispatchSettings } from '../../../ops/compose/dispatch-settings.ts'
import { loadConfig } from '../../../ops/config.ts'

describe('what dispatch is configured with', () => {
  // Else requests that wait for the sagas, which are away, would let more in than the quota has room for.
  it.each(['60', '300', '3600'])(
    'holds quota and capacity for as long as a provisioning of at most %s s may still begin',
    (seconds) => {
      const { config } = loadConfig({ COFFER_OPERATION_TIMEOUT: seconds })
      const { reservationMs, operationTimeoutMs } = dispatchSettings(config)
      expect(reservationMs).toBeGreaterThanOrEqual(operationTimeoutMs.provision)
    },
  )
})
