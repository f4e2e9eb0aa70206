import { createColumn } from './column.ts'

/** Every text once, by a number: 0 is null, the rest are given as texts come. */
export type Names = {
  /** The number of a text, which gets one if it has none. */
  readonly add: (text: string | null) => number
  readonly find: (text: string) => number | undefined
  readonly text: (number: number) => string | null
}

export const createNames = (): Names => {
  const texts: (string | null)[] = [null]
  const numbers = new Map<string, number>()
  return {
    add: (text) => {
      if (text === null) return 0
      const known = numbers.get(text)
      if (known !== undefined) return known
      numbers.set(text, texts.length)
      return texts.push(text) - 1
    },
    find: (text) => numbers.get(text),
    text: (number) => texts[number] as string | null,
  }
}

/** A name in every row, kept as its number. */
export type NameColumn = {
  /** Its number. */
  readonly add: (name: string | null) => number
  readonly at: (row: number) => string | null
}

export const createNameColumn = (names: Names): NameColumn => {
  const numbers = createColumn(Uint32Array)
  // Neighbours mostly have the same, and comparing two texts is much cheaper than looking one up.
  let last: string | null = null
  let lastNumber = 0
  return {
    add: (name) => {
      if (name !== last) {
        last = name
        lastNumber = names.add(name)
      }
      numbers.add(lastNumber)
      return lastNumber
    },
    at: (row) => names.text(numbers.at(row)),
  }
}
