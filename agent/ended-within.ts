/** Waits until the work has ended, well or not, or the signal aborts: then it goes on by itself, and nobody waits for it. */
export const endedWithin = async (work: Promise<unknown>, signal: AbortSignal): Promise<void> => {
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => abort(), { once: true })
  if (signal.aborted) abort()
  await Promise.race([work.then(noop, noop), aborted])
}

const noop = (): void => {}
