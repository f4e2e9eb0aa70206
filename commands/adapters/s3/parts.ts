const mib = 1024 * 1024
export const smallestPart = 8 * mib
/** Of a part of S3. With parts that grow, 10,000 of them hold 5 TiB, the largest object. */
const largestPart = 512 * mib
const growsEvery = 1000

/** How long the part of this number (from 1) is: 8 MiB, and twice as long after every thousand, up to 512 MiB. */
export const partBytes = (number: number): number =>
  Math.min(largestPart, smallestPart * 2 ** Math.floor((number - 1) / growsEvery))

/** A stream cut into parts, each of the length that its number has, but for the last. An empty stream is one empty part. */
export const inParts = async function* (content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let number = 1
  let chunks: Uint8Array[] = []
  let held = 0
  for await (let chunk of content) {
    while (held + chunk.byteLength >= partBytes(number)) {
      const taken = partBytes(number) - held
      yield Buffer.concat([...chunks, chunk.subarray(0, taken)])
      chunk = chunk.subarray(taken)
      chunks = []
      held = 0
      number += 1
    }
    if (chunk.byteLength > 0) chunks.push(chunk)
    held += chunk.byteLength
  }
  if (held > 0 || number === 1) yield Buffer.concat(chunks)
}
