import { GenericContainer, Wait } from 'testcontainers'
import { type Contained, deployedImage, type Missing, startContainer } from './start-container.ts'

/** A Redis that keeps nothing on disk. */
export const startRedisContainer = (): Promise<Contained | Missing> =>
  startContainer(
    new GenericContainer(deployedImage('redis'))
      .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
      .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      .withStartupTimeout(60_000),
    6379,
  )
