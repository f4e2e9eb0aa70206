// Plain JavaScript for Node 20 with nothing installed: this is what installs.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fchmodSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { giveUp, root } from './root.mjs'

const lockfilePath = join(root, 'package-lock.json')
/** Written by npm as the last act of an install: what it put into node_modules. */
const installedPath = join(root, 'node_modules', '.package-lock.json')
/** Holds the stamp of what node_modules was last seen to match, so that the next look is cheap. */
const stampPath = join(root, 'node_modules', '.coffer-installed')

/** Stays: to remove it would let two in. */
const lockPath = join(root, '.coffer-install.lock')
const networkErrors =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/

const tryRead = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

const stampOf = (lockfileText, { development }) =>
  createHash('sha256').update(`${process.platform}-${process.arch}\n${lockfileText}`).digest('hex') +
  (development ? '' : ' without development')

const belongsHere = (entry) =>
  (!entry.os || entry.os.includes(process.platform)) && (!entry.cpu || entry.cpu.includes(process.arch))

/** Whether npm, run by whomever, has left what the lockfile asks for on this platform, with or without what only developing needs. */
const matches = (lockfileText, installedText, { development }) => {
  const wanted = JSON.parse(lockfileText).packages
  const installed = JSON.parse(installedText).packages
  const carried = Object.keys(wanted[''].optionalDependencies ?? {}).map((name) => `node_modules/${name}`)
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || (entry.dev && !development)) return true
    const found = installed[path]
    // What others depend on optionally may be missing; the runtime and the engines may not, where there are any for this platform.
    if (!found) return entry.optional && !(carried.includes(path) && belongsHere(entry))
    return found.version === entry.version
  })
}

/** Whether node_modules is what package-lock.json says, or as much of it as is needed. */
const isInstalled = ({ development }) => {
  const lockfileText = readFileSync(lockfilePath, 'utf8')
  const enough = development ? [{ development }] : [{ development: true }, { development: false }]
  const stamp = tryRead(stampPath)
  if (enough.some((extent) => stamp === stampOf(lockfileText, extent))) return true
  const installedText = tryRead(installedPath)
  if (installedText === null) return false
  const found = enough.find((extent) => matches(lockfileText, installedText, extent))
  if (found) rememberInstall(stampOf(lockfileText, found))
  return found !== undefined
}

/** Whether somebody has installed this for running alone (`npm ci --omit=dev`): there are packages, and none that only developing needs. */
const isForRunning = () => {
  const installedText = tryRead(installedPath)
  if (installedText === null) return false
  const installed = JSON.parse(installedText).packages
  const wanted = Object.entries(JSON.parse(readFileSync(lockfilePath, 'utf8')).packages)
  const forDevelopment = wanted.filter(([, entry]) => entry.dev)
  return forDevelopment.length > 0 && !forDevelopment.some(([path]) => installed[path])
}

const rememberInstall = (stamp) => {
  try {
    writeFileSync(stampPath, stamp)
  } catch {
    // A node_modules that somebody else owns works as well: it is only looked at more closely every time.
  }
}

/**
 * Waits until no other process installs into this directory, then keeps others out until `release`. The lock is the kernel's, on a file that only
 * those can open who may write to the clone, and goes with its holder, however that dies. Node has no `flock`: the tool of util-linux, or of
 * busybox, takes the lock on a descriptor that both share, and leaves it. Where there is no such tool, nobody waits.
 */
const takeInstallLock = async () => {
  const file = openSync(lockPath, 'a', 0o600)
  fchmodSync(file, 0o600)
  await new Promise((resolve) => {
    const flock = spawn('flock', ['-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', file] })
    flock.once('error', resolve)
    flock.once('close', resolve)
  })
  return { release: () => closeSync(file) }
}

/** The environment without this clone's own node_modules/.bin: npm is about to remove it, and the `node` in it. */
const npmEnvironment = () => {
  const ownBin = join(root, 'node_modules', '.bin')
  const path = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== ownBin)
  return { ...process.env, PATH: path.join(delimiter) }
}

const npmArguments = ({ development }) => [
  'ci',
  // The packages need none of their install scripts, and what is not run can do no harm.
  '--ignore-scripts',
  development ? '--include=dev' : '--omit=dev',
  '--include=optional',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  // Leaves out EBADENGINE: packages that want Node 24 get it, only npm itself runs on the older one.
  '--loglevel=error',
  '--fetch-retries=2',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
]

const runNpm = (extent) =>
  new Promise((resolve) => {
    let output = ''
    const npm = spawn('npm', npmArguments(extent), {
      cwd: root,
      env: npmEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    npm.stdout.on('data', collect)
    npm.stderr.on('data', collect)
    npm.once('error', (error) => resolve({ ok: false, output: error.message }))
    npm.once('close', (code) => resolve({ ok: code === 0, output }))
  })

/** npm ends many errors with all the options it has, which help nobody here. */
const withoutUsage = (output) =>
  output.replace(/\n(npm error )?Clean install a project[\s\S]*?(?=\n(npm error )?A complete log|$)/, '')

const explainFailure = (text) => {
  const output = withoutUsage(text)
  if (/spawn npm ENOENT/.test(output)) return 'npm was not found. Install npm (it comes with Node) and run this again.'
  if (networkErrors.test(output)) {
    const address = /https?:\/\/[^\s/'"]+/.exec(output)?.[0] ?? 'the npm registry'
    return `the packages could not be downloaded: ${address} cannot be reached. Check the network or the proxy (HTTPS_PROXY), then run this again.\n${output.trim()}`
  }
  return `npm could not install the packages:\n${output.trim()}`
}

/**
 * Makes node_modules what package-lock.json says, quietly, once at a time. Ends the process with a message when it cannot. Without
 * `development` an install for running alone is enough, and stays one; a fresh clone gets everything.
 */
export const ensureInstalled = async ({ development }) => {
  if (isInstalled({ development })) return
  if (process.platform !== 'linux') {
    giveUp(`runs on Linux; this is ${process.platform}. A virtual machine or container with Debian or Ubuntu will do.`)
  }
  const lock = await takeInstallLock()
  try {
    if (isInstalled({ development })) return
    const extent = { development: development || !isForRunning() }
    const first = !existsSync(installedPath)
    const startedAt = Date.now()
    process.stderr.write(
      `coffer: ${first ? 'installing' : 'updating'} its packages, databases included (about 600 MB on disk, usually one to three minutes) ...\n`,
    )
    const { ok, output } = await runNpm(extent)
    if (!ok) giveUp(explainFailure(output))
    rememberInstall(stampOf(readFileSync(lockfilePath, 'utf8'), extent))
    process.stderr.write(`coffer: installed in ${Math.ceil((Date.now() - startedAt) / 1000)} s\n`)
  } finally {
    lock.release()
  }
}
