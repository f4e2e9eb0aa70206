import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LoopSupport, probeLoopVolumes } from '../../../agent/isolation/loop-volumes.ts'
import { run } from '../../../agent/run.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coffer-loop-nodes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const signal = AbortSignal.timeout(60_000)
const probe = mkdtempSync(join(tmpdir(), 'coffer-loop-nodes-'))
const isPossible =
  process.getuid?.() === 0 && (await probeLoopVolumes({ ...quietKernel, run }, probe, signal)).whyNot === null
rmSync(probe, { recursive: true })

const loopVolumes = join(import.meta.dirname, '../../../agent/isolation/loop-volumes.ts')
const loopNodes = join(import.meta.dirname, '../../../agent/isolation/loop-nodes.ts')
const runModule = join(import.meta.dirname, '../../../agent/run.ts')
const kernelModule = join(import.meta.dirname, '../../support/quiet-kernel.ts')

/** With the device nodes of a container: those of loop devices are missing. Nothing outside the process sees that. */
const withoutLoopNodes = `
  mount -t tmpfs -o mode=755 none "$1"
  for name in null zero urandom loop-control; do cp -a /dev/$name "$1/$name"; done
  mount --bind "$1" /dev
  shift
  exec "$@"`
const program = `
  const modules = await Promise.all(process.argv.slice(1, 5).map((path) => import(path)))
  const [{ probeLoopVolumes }, { run }, { quietKernel }, nodes] = modules
  const [directory, signal] = [process.argv[5], AbortSignal.timeout(60_000)]
  const mayMakeNodes = await nodes.mayMakeLoopNodes(run, 'test', signal)
  const support = await probeLoopVolumes({ ...quietKernel, run }, directory, signal)
  console.log(JSON.stringify({ ...support, mayMakeNodes, devices: await nodes.countLoopDevices(directory) }))`

type Found = LoopSupport & { readonly mayMakeNodes: boolean; readonly devices: number }

const probeThere = (...by: readonly string[]): Found => {
  const [devices, volumes] = [join(directory, 'dev'), join(directory, 'volumes')]
  mkdirSync(devices)
  mkdirSync(volumes)
  const modules = [loopVolumes, runModule, kernelModule, loopNodes]
  const node = [process.execPath, '--input-type=module', '-e', program, ...modules, volumes]
  const answer = execFileSync('unshare', ['--mount', 'sh', '-ec', withoutLoopNodes, 'sh', devices, ...by, ...node])
  return JSON.parse(String(answer))
}

describe.runIf(isPossible)(
  'volumes on a host whose /dev lacks the nodes of loop devices (needs root and loop devices)',
  { timeout: 60_000 },
  () => {
    it('are mounted all the same', () => {
      expect(probeThere()).toMatchObject({ whyNot: null, mayMakeNodes: true })
    })

    it('are refused with what the host lacks where the agent may not make the nodes', () => {
      const { whyNot, mayMakeNodes, devices } = probeThere('setpriv', '--bounding-set=-mknod', '--inh-caps=-mknod')
      expect(whyNot).toContain('/dev lacks nodes of loop devices')
      expect(whyNot).toContain('CAP_MKNOD')
      expect([mayMakeNodes, devices]).toEqual([false, 0])
    })
  },
)
