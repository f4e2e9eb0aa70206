/**
 * Like `Promise.all`, but leaves nothing running behind its caller's back: answers, or throws the first failure in order, only when all have
 * ended. What is done about a failure (another try, a removal) would otherwise meet the rest of the work.
 */
export const allEnded = async <Values extends readonly unknown[]>(
  ...work: { readonly [Index in keyof Values]: Promise<Values[Index]> }
): Promise<Values> => {
  await Promise.allSettled(work)
  // The same values in the same order, which the compiler cannot follow through a mapped tuple.
  return Promise.all(work) as Promise<unknown> as Promise<Values>
}
