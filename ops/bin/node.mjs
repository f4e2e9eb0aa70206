import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { giveUp, root } from './root.mjs'

const wantedMajor = 24
const ownMajor = Number(process.versions.node.split('.')[0])
/**
 * `node:sqlite` works and still announces itself as experimental: not the user's concern. V8 lets the space for new objects grow to 16 MiB each
 * half; with 8, a server that is read from keeps some 60 MiB less, as fast as before. Both are in `ops/deploy`, too.
 */
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']
/** Compiled code is kept between runs: the client starts quicker, and a server needs some 20 MiB less. */
export const compileCache = join(root, 'node_modules', '.cache', 'coffer-compiled')
const orphanPollMs = 500
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

/** Whether this very process is new enough to run the program. */
export const isNewEnough = ownMajor >= wantedMajor

/** The path of a Node that is new enough: this one, or the one that npm installed. Ends the process when there is neither. */
const findNode = () => {
  if (isNewEnough) return process.execPath
  const carried = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(carried)) return carried
  return giveUp(
    `needs Node ${wantedMajor} or later on ${process.platform}-${process.arch}; this is Node ${process.versions.node}. ` +
      `On linux-x64 and linux-arm64 it brings its own; here, install Node ${wantedMajor} from https://nodejs.org.`,
  )
}

/**
 * Runs a program on the right Node as if it were this process: same terminal, same directory, signals passed on. Resolves with its exit
 * code (128 + the signal's number when a signal ended it).
 */
export const runOnNode = (programArguments, environment = process.env) =>
  new Promise((resolve) => {
    const env = { NODE_COMPILE_CACHE: compileCache, ...environment }
    const child = spawn(findNode(), [...nodeFlags, ...programArguments], { stdio: 'inherit', env })
    for (const signal of forwarded) process.on(signal, () => child.kill(signal))
    // npm that is killed hard cannot pass that on: what it has started would run on, unseen and holding its port.
    const parent = process.ppid
    setInterval(() => process.ppid === parent || child.kill('SIGTERM'), orphanPollMs).unref()
    child.once('error', (error) => giveUp(`${programArguments[0]} could not be started: ${error.message}`))
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
