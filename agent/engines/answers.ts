import { EngineFault } from './engine.ts'

/** Whether an engine that said it is ready passes a check. False for a fault that may pass; the next look tells whether it died. */
export const answers = async (check: () => Promise<unknown>): Promise<boolean> => {
  try {
    await check()
    return true
  } catch (error) {
    if (error instanceof EngineFault && error.retryable) return false
    throw error
  }
}
