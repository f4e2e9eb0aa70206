import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CommandFailed, run } from '../../../agent/run.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const directory = createTempDir('run')

const patient = () => AbortSignal.timeout(30_000)

describe('running a system tool', () => {
  it('answers what it printed', async () => {
    expect(await run('echo', ['hello'], patient())).toBe('hello\n')
  })

  it('fails with its exit code and its last words', async () => {
    const failed = run('sh', ['-c', 'echo no such thing >&2; exit 3'], patient())
    await expect(failed).rejects.toMatchObject({ name: 'CommandFailed', exitCode: 3, stderr: 'no such thing\n' })
    await expect(run('there-is-no-such-tool', [], patient())).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(run('there-is-no-such-tool', [], patient())).rejects.toBeInstanceOf(CommandFailed)
  })

  it('throws the reason of the signal only when the tool that was told to end has ended', async () => {
    const ending = new AbortController()
    const reason = new Error('enough')
    const [ready, ended] = [directory.next(), directory.next()]
    // It answers the signal by working on for a while, as a mount does.
    const script = `trap "sleep 0.3; touch ${ended}; exit 0" TERM; touch ${ready}; while :; do sleep 0.02; done`
    const running = run('sh', ['-c', script], ending.signal)
    await waitFor('the tool to run', () => existsSync(ready))
    ending.abort(reason)
    await expect(running).rejects.toBe(reason)
    expect(existsSync(ended)).toBe(true)
  })

  it('keeps the tool out of reach of what the terminal sends to the agent', async () => {
    const sessionIn = (stat: string): string | undefined => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]
    const own = sessionIn(readFileSync('/proc/self/stat', 'utf8'))
    expect(sessionIn(await run('cat', ['/proc/self/stat'], patient()))).not.toBe(own)
  })
})
