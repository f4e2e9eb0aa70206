/** What `work` makes of each item, in their order, with at most `most` under way at a time. Rejects with what fails first. */
export const mapFew = async <Item, Answer>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> => {
  const answers: Answer[] = []
  // Shared: each goes on with the first that nobody has begun.
  const waiting = items.entries()
  const goOn = async (): Promise<void> => {
    for (const [index, item] of waiting) answers[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, goOn))
  return answers
}
