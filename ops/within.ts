/** The answer, or an error that says after how long there was none. What was asked goes on by itself: nobody waits for it. */
export const within = async <T>(timeoutMs: number, ask: () => Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  try {
    return await Promise.race([ask(), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
