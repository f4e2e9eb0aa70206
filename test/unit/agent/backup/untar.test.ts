import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ArchiveBroken, untar } from '../../../../agent/backup/untar.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const temp = createTempDir('untar')
const source = temp.next()
mkdirSync(join(source, 'base', 'empty'), { recursive: true })
const files = { 'base/one': randomBytes(1234), 'base/none': Buffer.alloc(0), 'base/block': randomBytes(1024) }
for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content)
const archive = execFileSync('tar', ['--format=ustar', '-C', source, '-cf', '-', 'base'])

const streamed = async function* (content: Buffer, size = 700) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}
const target = (): string => {
  const directory = temp.next()
  mkdirSync(directory)
  return directory
}

it('unpacks what tar has packed, and answers what it was', async () => {
  const directory = target()
  const found = await untar(streamed(archive), directory)
  expect([...found.keys()].toSorted()).toEqual(Object.keys(files).toSorted())
  for (const [name, content] of Object.entries(files)) {
    expect(readFileSync(join(directory, name))).toEqual(content)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(found.get(name)).toEqual({ bytes: content.length, sha256 })
  }
})

it('reads the stream to its end, where that tells whether it was whole', async () => {
  const failing = async function* () {
    yield* streamed(archive)
    throw new Error('not whole')
  }
  await expect(untar(failing(), target())).rejects.toThrow('not whole')
})

it('refuses an archive that is cut, damaged or reaches out of the directory', async () => {
  await expect(untar(streamed(archive.subarray(0, 1000)), target())).rejects.toThrow(ArchiveBroken)
  const damaged = Buffer.from(archive)
  damaged[3] = (damaged[3] ?? 0) ^ 1
  await expect(untar(streamed(damaged), target())).rejects.toThrow(ArchiveBroken)
  const outside = execFileSync(
    'tar',
    ['--format=ustar', '-C', source, '-cf', '-', '--transform=s,base,../out,', 'base/one'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  await expect(untar(streamed(outside), target())).rejects.toThrow(ArchiveBroken)
})
