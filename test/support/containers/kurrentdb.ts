import { GenericContainer, Wait } from 'testcontainers'
import { type Contained, deployedImage, type Missing, startContainer } from './start-container.ts'

const port = 2113

/**
 * One node of KurrentDB without TLS and passwords, whose log is gone with it and need not survive the machine. (`MemDb`, which would keep it in
 * memory, is about to leave the server.) Ready when it says that it is live.
 */
export const startKurrentDbContainer = (): Promise<Contained | Missing> =>
  startContainer(
    new GenericContainer(deployedImage('kurrentdb'))
      .withEnvironment({
        KURRENTDB_CLUSTER_SIZE: '1',
        KURRENTDB_INSECURE: 'true',
        KURRENTDB_UNSAFE_DISABLE_FLUSH_TO_DISK: 'true',
        KURRENTDB_RUN_PROJECTIONS: 'None',
        KURRENTDB__SECONDARY_INDEXING__ENABLED: 'false',
        KURRENTDB_TELEMETRY_OPTOUT: 'true',
      })
      .withWaitStrategy(Wait.forHttp('/health/live', port).forStatusCodeMatching((code) => code < 300))
      .withStartupTimeout(120_000),
    port,
  )
