/** Events a second of a run over a log of so many, which must see all of them. */
export const eventRateOf = async (events: number, run: () => Promise<number>): Promise<number> => {
  globalThis.gc?.()
  const startedAt = performance.now()
  const seen = await run()
  const seconds = (performance.now() - startedAt) / 1000
  if (seen !== events) throw new Error(`of ${events} events only ${seen} were seen`)
  return events / seconds
}
