/** What waits for a key while another batch of it is carried out, up to `most` at a time, in the order it came. */
export type KeyedBatches<Job, Answer> = { readonly run: (key: string, job: Job) => Promise<Answer> }

/** A job and where its answer goes. */
export type Pending<Job, Answer> = {
  readonly job: Job
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * Batches of the same key are carried out one after the other, those of different keys side by side. A job that comes while its key is free is
 * begun at once, alone. What `carryOut` throws is the answer to whatever of its batch it has not answered.
 */
export const createKeyedBatches = <Job, Answer>(
  most: number,
  carryOut: (key: string, batch: readonly Pending<Job, Answer>[]) => Promise<void>,
): KeyedBatches<Job, Answer> => {
  const waiting = new Map<string, Pending<Job, Answer>[]>()

  const drain = async (key: string, queue: Pending<Job, Answer>[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, most)
      await carryOut(key, batch).catch((error) => {
        for (const { reject } of batch) reject(error)
      })
    }
    waiting.delete(key)
  }

  return {
    run: (key, job) =>
      new Promise((resolve, reject) => {
        const pending = { job, resolve, reject }
        const queue = waiting.get(key)
        if (queue) {
          queue.push(pending)
          return
        }
        const begun = [pending]
        waiting.set(key, begun)
        void drain(key, begun)
      }),
  }
}
