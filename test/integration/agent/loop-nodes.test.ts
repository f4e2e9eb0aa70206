import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LoopSupport, probeLoopVolumes } from '../../../agent/isolation/loop-volumes.ts'
import { run } from '../../../agent/run.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coffer-loop-nodes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const signal = AbortSignal.timeout(60_000)
const probe = mkdtempSync(join(tmpdir(), 'coffer-loop-nodes-'))
const isPossible = process.getuid?.() === 0 && (await probeLoopVolumes(run, probe, signal)).whyNot === null
rmSync(probe, { recursive: true })

const loopVolumes = join(import.meta.dirname, '../../../agent/isolation/loop-volumes.ts')
const runModule = join(import.meta.dirname, '../../../agent/run.ts')

/** With the device nodes of a container: those of loop devices are missing. Nothing outside the process sees that. */
const withoutLoopNodes = `
  mount -t tmpfs -o mode=755 none "$1"
  for name in null zero urandom loop-control; do cp -a /dev/$name "$1/$name"; done
  mount --bind "$1" /dev
  shift
  exec "$@"`
const program = `
  const [{ probeLoopVolumes }, { run }] = await Promise.all([import(process.argv[1]), import(process.argv[2])])
  console.log(JSON.stringify(await probeLoopVolumes(run, process.argv[3], AbortSignal.timeout(60_000))))`

const probeThere = (...by: readonly string[]): LoopSupport => {
  const [devices, volumes] = [join(directory, 'dev'), join(directory, 'volumes')]
  mkdirSync(devices)
  mkdirSync(volumes)
  const node = [process.execPath, '--input-type=module', '-e', program, loopVolumes, runModule, volumes]
  const answer = execFileSync('unshare', ['--mount', 'sh', '-ec', withoutLoopNodes, 'sh', devices, ...by, ...node])
  return JSON.parse(String(answer))
}

describe.runIf(isPossible)(
  'volumes on a host whose /dev lacks the nodes of loop devices (needs root and loop devices)',
  { timeout: 60_000 },
  () => {
    it('are mounted all the same', () => {
      expect(probeThere()).toMatchObject({ whyNot: null })
    })

    it('are refused with what the host lacks where the agent may not make the nodes', () => {
      const { whyNot } = probeThere('setpriv', '--bounding-set=-mknod', '--inh-caps=-mknod')
      expect(whyNot).toContain('/dev lacks nodes of loop devices')
      expect(whyNot).toContain('CAP_MKNOD')
    })
  },
)
