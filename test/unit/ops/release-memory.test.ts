import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { programDir } from '../../../ops/program-info.ts'

/** A process that has read much and keeps nothing of it. Answers its memory before and after, in MiB. */
const program = `
  import { releaseMemory } from ${JSON.stringify(join(programDir, 'ops/release-memory.ts'))}
  const residentMiB = () => process.memoryUsage.rss() / 2 ** 20
  let read = Array.from({ length: 1_000_000 }, (_, at) => ({ at, text: 'event ' + at }))
  const before = residentMiB()
  read = null
  releaseMemory()
  console.log(JSON.stringify({ before, after: residentMiB(), left: typeof gc }))
`

it('memory that the start has left behind goes back to the system', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  const { before, after, left } = JSON.parse(stdout)
  expect(after).toBeLessThan(before * 0.75)
  expect(left).toBe('undefined')
})
