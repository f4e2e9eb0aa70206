import { EngineFault } from './engine.ts'
import { hasCode } from './error-codes.ts'

/**
 * After a check over the socket failed with `error`. Throws `ENGINE_CUT_OFF` where nothing listens at the socket and clients are served over the
 * endpoint all the same, and `error` where they are not. `engine`: its name, for a person.
 */
export const assertNotCutOff = async (
  engine: string,
  error: unknown,
  checkEndpoint: () => Promise<unknown>,
): Promise<void> => {
  const isSocketGone = hasCode(error, 'ENGINE_UNREACHABLE') && hasCode((error as Error).cause, 'ENOENT', 'ECONNREFUSED')
  if (!isSocketGone) return
  // The reason of the first look tells more than that of the second.
  await checkEndpoint().catch(() => Promise.reject(error))
  throw new EngineFault('ENGINE_CUT_OFF', `${engine} serves clients, but its socket for administration is gone`)
}
