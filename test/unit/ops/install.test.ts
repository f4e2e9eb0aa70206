import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { programDir } from '../../../ops/program-info.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('install')
const lockfile = {
  packages: {
    '': { optionalDependencies: { engine: '1.0.0' } },
    'node_modules/left': { version: '2.0.0' },
    'node_modules/engine': { version: '1.0.0', optional: true, os: ['linux'] },
    'node_modules/linter': { version: '4.0.0', dev: true },
    'node_modules/elsewhere': { version: '1.0.0', optional: true, os: ['darwin'] },
  },
}
const forRunning = { 'node_modules/left': { version: '2.0.0' }, 'node_modules/engine': { version: '1.0.0' } }
const installed = { packages: { ...forRunning, 'node_modules/linter': { version: '4.0.0', dev: true } } }

/** A clone with an `npm` of its own, which notes every call and then does what `script` says. */
const createClone = (script: string) => {
  const root = temp.next()
  cpSync(join(programDir, 'ops', 'bin'), join(root, 'ops', 'bin'), { recursive: true })
  mkdirSync(join(root, 'fake'))
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lockfile))
  writeFileSync(join(root, 'answer.json'), JSON.stringify(installed))
  writeFileSync(join(root, 'fake', 'npm'), `#!/bin/sh\ncd '${root}'\necho "$@" >> calls\n${script}\n`)
  chmodSync(join(root, 'fake', 'npm'), 0o755)
  const program = `import { ensureInstalled } from '${join(root, 'ops/bin/install.mjs')}'; await ensureInstalled(JSON.parse(process.argv[1]))`
  return {
    root,
    calls: () => (existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : []),
    /** What is there is `packages`, as somebody's own npm has left it. */
    installed: (packages: object) => {
      mkdirSync(join(root, 'node_modules'), { recursive: true })
      writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
    },
    ensure: async ({ development = true } = {}): Promise<{ code: number; stderr: string }> => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify({ development })], {
        env: { PATH: `${join(root, 'fake')}:${process.env.PATH}` },
      })
      let stderr = ''
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      const [code] = await once(child, 'close')
      return { code, stderr }
    },
  }
}
const succeed = 'mkdir -p node_modules && cp answer.json node_modules/.package-lock.json'

describe('the first start', () => {
  it('installs what the lockfile says without running scripts, and says so in two lines', async () => {
    const clone = createClone(`echo 'npm warn EBADENGINE' >&2; ${succeed}`)
    const { code, stderr } = await clone.ensure()
    expect(code).toBe(0)
    expect(clone.calls()).toEqual([expect.stringMatching(/^ci --ignore-scripts /)])
    expect(stderr.trim().split('\n')).toHaveLength(2)
    expect(stderr).not.toContain('EBADENGINE')
  })

  it('installs once, however many begin together', async () => {
    const clone = createClone(`sleep 0.5; ${succeed}`)
    const results = await Promise.all([clone.ensure(), clone.ensure(), clone.ensure()])
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(clone.calls()).toHaveLength(1)
  })

  it('waits for nobody but those who may write to the clone', async () => {
    const clone = createClone(succeed)
    // Names in Linux' abstract namespace are anybody's to take.
    const name = `\0coffer-install-${createHash('sha256').update(clone.root).digest('hex').slice(0, 32)}`
    const stranger = createServer().listen(name)
    await once(stranger, 'listening')
    try {
      expect(await clone.ensure()).toMatchObject({ code: 0 })
    } finally {
      stranger.close()
    }
    expect(statSync(join(clone.root, '.coffer-install.lock')).mode & 0o777).toBe(0o600)
  })

  it('says what to do when the registry cannot be reached', async () => {
    const clone = createClone('echo "npm error code ENOTFOUND https://packages.example/left failed" >&2; exit 1')
    const { code, stderr } = await clone.ensure()
    expect(code).toBe(1)
    expect(stderr).toContain('https://packages.example cannot be reached')
  })

  it('shows what npm said when it failed for another reason, and tries again next time', async () => {
    const clone = createClone('echo "npm error ENOSPC: no space left" >&2; exit 1')
    expect((await clone.ensure()).stderr).toContain('no space left')
    await clone.ensure()
    expect(clone.calls()).toHaveLength(2)
  })
})

describe('a later start', () => {
  it('installs nothing when somebody else has installed the same', async () => {
    const clone = createClone('exit 1')
    clone.installed(installed.packages)
    expect(await clone.ensure()).toEqual({ code: 0, stderr: '' })
  })

  it('installs anew when the lockfile has changed', async () => {
    const clone = createClone(succeed)
    await clone.ensure()
    const newer = { packages: { ...lockfile.packages, 'node_modules/left': { version: '3.0.0' } } }
    writeFileSync(join(clone.root, 'package-lock.json'), JSON.stringify(newer))
    const { stderr } = await clone.ensure()
    expect(stderr).toContain('updating')
    expect(clone.calls()).toHaveLength(2)
  })

  it('installs anew when an engine for this platform is missing', async () => {
    const clone = createClone(succeed)
    clone.installed({ 'node_modules/left': { version: '2.0.0' } })
    await clone.ensure()
    expect(clone.calls()).toHaveLength(1)
  })
})

describe('an install for running alone', () => {
  it('is enough for the client and the server, again and again', async () => {
    const clone = createClone('exit 1')
    clone.installed(forRunning)
    for (let time = 0; time < 2; time += 1) {
      expect(await clone.ensure({ development: false })).toEqual({ code: 0, stderr: '' })
    }
    expect(clone.calls()).toEqual([])
  })

  it('stays one when it is brought up to date', async () => {
    const clone = createClone(succeed)
    clone.installed({ ...forRunning, 'node_modules/left': { version: '1.0.0' } })
    expect((await clone.ensure({ development: false })).code).toBe(0)
    expect(clone.calls()).toEqual([expect.stringContaining('--omit=dev')])
    expect(clone.calls()[0]).not.toContain('--include=dev')
    await clone.ensure({ development: false })
    expect(clone.calls()).toHaveLength(1)
  })

  it('is completed for what developers run', async () => {
    const clone = createClone(succeed)
    clone.installed(forRunning)
    await clone.ensure({ development: false })
    await clone.ensure({ development: true })
    expect(clone.calls()).toEqual([expect.stringContaining('--include=dev')])
    await clone.ensure({ development: false })
    expect(clone.calls()).toHaveLength(1)
  })

  it('is not made of a fresh clone: that gets everything at once', async () => {
    const clone = createClone(succeed)
    await clone.ensure({ development: false })
    expect(clone.calls()).toEqual([expect.stringContaining('--include=dev')])
  })
})
