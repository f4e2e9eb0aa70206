/** Numbers one after the other, that are only ever added to. In blocks, so that growing moves none of them. */
export type Column = {
  readonly length: () => number
  readonly add: (value: number) => void
  /** Of a row there is. */
  readonly at: (row: number) => number
}

const blockLength = 4096

/** `Block`: what a number must fit in. */
export const createColumn = (Block: Float64ArrayConstructor | Uint32ArrayConstructor): Column => {
  const blocks: (Float64Array | Uint32Array)[] = []
  let length = 0
  const blockOf = (row: number) => blocks[Math.floor(row / blockLength)] as Float64Array | Uint32Array
  return {
    length: () => length,
    add: (value) => {
      if (length % blockLength === 0) blocks.push(new Block(blockLength))
      blockOf(length)[length % blockLength] = value
      length += 1
    },
    at: (row) => blockOf(row)[row % blockLength] as number,
  }
}
