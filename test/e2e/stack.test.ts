import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePorts } from '../support/free-ports.ts'
import { noTraces, tracesOfInstance, tracesOfRunning } from '../support/host-traces.ts'
import { createCli } from '../support/run-cli.ts'
import { whyNotDistributed } from '../support/shared-stores.ts'
import { projectRoot } from '../support/source-files.ts'
import { createTempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

const missing = await whyNotDistributed()
const startPatienceMs = 150_000

describe('npm run stack', () => {
  it('runs every role on stores of its own until Ctrl-C, and leaves nothing behind, whoever was killed meanwhile', async (context) => {
    if (missing) context.skip(missing)
    const temp = createTempDir('stack').next()
    mkdirSync(temp)
    const [port] = await freePorts(1)
    const stack = spawn(process.execPath, [join(projectRoot, 'test/stack/main.ts')], {
      // All that it makes is below this directory.
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        COFFER_FETCH_ENGINES: 'none',
        TMPDIR: temp,
        COFFER_PORT: String(port),
        COFFER_EVENTSTORE_URL: process.env.COFFER_TEST_EVENTSTORE_URL,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = once(stack, 'close')
    try {
      let output = ''
      for (const stream of [stack.stdout, stack.stderr]) stream.on('data', (chunk) => (output += chunk))
      const isReady = () => {
        if (stack.exitCode !== null) throw new Error(`the stack did not start:\n${output}`)
        return /COFFER_DATA_DIR=(\S+) \.\/coffer/.exec(output)?.[1]
      }
      const dataDir = await waitFor('the stack to be ready', isReady, startPatienceMs)
      for (const name of ['Kafka', 'Redis', 'event store', 'api', 'saga', 'projector', 'agent']) {
        expect(output).toMatch(new RegExp(`^ {2}${name} `, 'm'))
      }
      const cli = createCli(dataDir)
      const created = await cli.json(['instance', 'create', 'shop', '--datastore', 'postgresql', '--wait'])
      expect(created).toMatchObject({ status: 'ACTIVE' })

      process.kill(Number(/^ {2}agent +process (\d+)/m.exec(output)?.[1]), 'SIGKILL')
      await waitFor('the stack to see that the agent is gone', () => /agent +ended by itself: by SIGKILL/.test(output))
      stack.kill('SIGINT')
      expect(await ended).toEqual([0, null])
      expect(output).toContain('nothing is left')
      expect(existsSync(dataDir)).toBe(false)
      expect(tracesOfInstance(dataDir, String(created.id))).toEqual(noTraces)
      expect(tracesOfRunning(temp)).toEqual({ processes: [], cgroups: [], mounts: [], loopDevices: [] })
    } finally {
      stack.kill('SIGTERM')
      await ended
    }
  })
})
