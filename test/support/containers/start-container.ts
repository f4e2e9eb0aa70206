import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type GenericContainer, getContainerRuntimeClient } from 'testcontainers'
import { parse } from 'yaml'
import { programDir } from '../../../ops/program-info.ts'

export type Contained = { readonly host: string; readonly port: number; readonly stop: () => Promise<void> }
/** Why there can be none here, fit to be told to whoever reads the results. */
export type Missing = { readonly missing: string }

/** Fetching the image over a slow network included; what is not there by then goes on being fetched. Less than a hook of the tests may take. */
const patienceMs = 150_000

/** The image, with its tag, that `ops/deploy/compose.yaml` deploys: tests run on the same. */
export const deployedImage = (service: string): string => {
  const file = readFileSync(join(programDir, 'ops/deploy/compose.yaml'), 'utf8')
  const image: unknown = parse(file).services?.[service]?.image
  if (typeof image !== 'string') throw new Error(`ops/deploy/compose.yaml has no image for the service ${service}`)
  return image
}

/** Starts a container that listens on one port, and waits as the container says. Where no Docker engine answers, or it has no such image and cannot get it, says so. */
export const startContainer = async (container: GenericContainer, port: number): Promise<Contained | Missing> => {
  const docker = await getContainerRuntimeClient().catch(() => null)
  if (docker === null) return { missing: 'no Docker engine answers' }
  const starting = container.withExposedPorts(port).start()
  try {
    const started = await Promise.race([starting, delay(patienceMs, null, { ref: false })])
    if (started === null) {
      // Should it come after all, nobody waits for it any more.
      starting.then((late) => late.stop()).catch(() => undefined)
      return { missing: `the container did not start within ${patienceMs / 1000} s` }
    }
    return {
      host: started.getHost(),
      port: started.getMappedPort(port),
      stop: async () => void (await started.stop()),
    }
  } catch (error) {
    return { missing: `the container did not start: ${error instanceof Error ? error.message : error}` }
  }
}
