import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import type { HostId } from '../../domain/ids.ts'
import type { Log } from '../../kernel/log.ts'
import type { Installation } from '../engines/engine.ts'
import { prefixOf } from '../engines/run-program.ts'
import { ensureDirectory, exists, removeTree, writeFileDurably } from '../files.ts'
import { shortId } from '../layout.ts'
import { isMounted, type MountDeps, unmount } from './mounts.ts'

/** Where engines find their files and sockets, on paths that their accounts can pass. */
export type Placement = {
  readonly enginesRoot: string
  readonly runRoot: string
  /** The same installation at a path that engines' accounts can reach. */
  reachable(installation: Installation, signal: AbortSignal): Promise<Installation>
  /** Takes away what only running engines need. */
  close(signal: AbortSignal): Promise<void>
}

export type PlacementDeps = MountDeps & { readonly log: Log; readonly root: boolean }

const mountsRoot = '/run/coffer'
const copiesRoot = '/var/lib/coffer'
/** Below which a placement may put things, beside the agent's own directory. */
export const placementRoots: readonly string[] = [mountsRoot, copiesRoot]
/** A socket's path may have 107 bytes; the instance's directory and the socket's name need about 30. */
const longestRunRoot = 75
const passable = 0o711

/**
 * For an agent that is not root everything is its own and reachable as it is. For root, engines run as other accounts, and
 * directories above may be closed to them (a clone in /root). Those stay closed: what engines need appears by a bind mount
 * below /run/coffer, or, where the host allows no mounts, lies below /var/lib/coffer.
 */
export const createPlacement = (
  deps: PlacementDeps,
  agentDir: string,
  hostId: HostId,
  signal: AbortSignal,
): Promise<Placement> => (deps.root ? placeForRoot(deps, agentDir, hostId, signal) : placeForOwnUser(agentDir))

const placeForOwnUser = async (agentDir: string): Promise<Placement> => {
  const enginesRoot = join(agentDir, 'engines')
  const near = join(agentDir, 'run')
  await ensureDirectory(enginesRoot, 0o700)
  const runRoot = isFitForSockets(near) ? near : await findDistantRunRoot(agentDir)
  if (runRoot === near) await ensureDirectory(near, 0o700)
  return {
    enginesRoot,
    runRoot,
    reachable: (installation) => Promise.resolve(installation),
    close: () => removeEmpty(runRoot),
  }
}

const placeForRoot = async (
  deps: PlacementDeps,
  agentDir: string,
  hostId: HostId,
  signal: AbortSignal,
): Promise<Placement> => {
  const { run, log } = deps
  const here = join(mountsRoot, shortId(hostId))
  const elsewhere = join(copiesRoot, hostId)
  const programs = join(here, 'programs')
  const copies = join(elsewhere, 'programs')
  const runRoot = join(here, 'run')
  for (const directory of [mountsRoot, here, runRoot, programs]) await ensurePassable(directory)

  const placeEngines = async (): Promise<string> => {
    const own = join(agentDir, 'engines')
    const moved = join(elsewhere, 'engines')
    if (existsSync(moved)) return moved
    await ensurePassable(own)
    if (isPassable(own)) return own
    const bound = join(here, 'engines')
    await ensurePassable(bound)
    if (isMounted(bound) && !isSameDirectory(bound, own)) await unmount(deps, bound, signal)
    if (isMounted(bound) || (await tryBind(own, bound))) return bound
    log.warn(
      { directory: moved },
      'engines cannot pass to the agent directory and nothing can be mounted: data goes elsewhere',
    )
    for (const directory of [copiesRoot, elsewhere, moved]) await ensurePassable(directory)
    return moved
  }

  const tryBind = async (source: string, target: string): Promise<boolean> => {
    try {
      await run('mount', ['--bind', source, target], signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      log.debug({ source, target, err: error }, 'cannot bind')
      return false
    }
  }

  const enginesRoot = await placeEngines()
  const reached = new Map<string, Promise<string>>()

  /** The programs with their libraries and shared files, from wherever they are, on a path for everybody. */
  const reachPrefix = async (prefix: string): Promise<string> => {
    if (isPassable(prefix) && (await isReadableByAll(prefix))) return prefix
    const name = createHash('sha256').update(prefix).digest('hex').slice(0, 12)
    const bound = join(programs, name)
    if (await isReadableByAll(prefix)) {
      await ensurePassable(bound)
      // Others are there since the agent was upgraded. Engines still run the ones before, which stay with them until they end.
      if (isMounted(bound) && !isSameDirectory(bound, prefix)) await unmount(deps, bound, signal, { letGoAfterMs: 0 })
      if (isMounted(bound)) return bound
      if (await tryBind(prefix, bound)) {
        await run('mount', ['-o', 'remount,bind,ro,nosuid', bound], signal)
        return bound
      }
    }
    const copy = join(copies, name)
    if (await exists(copy)) return copy
    for (const directory of [copiesRoot, elsewhere, copies]) await ensurePassable(directory)
    const unfinished = `${copy}.new`
    await removeTree(unfinished)
    await run('cp', ['--archive', '--reflink=auto', prefix, unfinished], signal)
    await run('chmod', ['--recursive', 'a+rX', unfinished], signal)
    await run('mv', [unfinished, copy], signal)
    return copy
  }

  return {
    enginesRoot,
    runRoot,
    reachable: async (installation) => {
      const binDir = await realpath(installation.binDir)
      const prefix = await realpath(prefixOf(installation))
      const reaching = reached.get(prefix) ?? reachPrefix(prefix)
      reached.set(prefix, reaching)
      reaching.catch(() => reached.delete(prefix))
      const passed = await reaching
      return { ...installation, binDir: join(passed, relative(prefix, binDir)), prefix: passed }
    },
    close: async (closing) => {
      reached.clear()
      for (const name of await readdir(programs)) {
        await unmount(deps, join(programs, name), closing)
        await removeEmpty(join(programs, name))
      }
      await removeTree(copies)
      // Templates alone are no reason to stay out there.
      if (enginesRoot === join(elsewhere, 'engines') && (await isEmpty(join(enginesRoot, 'nodes')))) {
        await removeTree(enginesRoot)
      }
      if (enginesRoot === join(here, 'engines')) await unmount(deps, enginesRoot, closing)
      for (const directory of [join(here, 'engines'), programs, runRoot, here, mountsRoot]) await removeEmpty(directory)
      for (const directory of [elsewhere, copiesRoot]) await removeEmpty(directory)
    },
  }
}

/** Short enough, and without what separates directories in a list of them (PostgreSQL: `unix_socket_directories`) or ends a line. */
const isFitForSockets = (directory: string): boolean =>
  Buffer.byteLength(directory) <= longestRunRoot && /^[\w./@+~ -]+$/.test(directory)

/**
 * A directory in /tmp under a name that nobody can foresee, where everybody may write: a name that can be known is one that somebody else may have
 * taken before, and keep. It is noted with the agent's files, so that the next agent finds the sockets of engines that run on.
 */
const findDistantRunRoot = async (agentDir: string): Promise<string> => {
  const note = join(agentDir, 'sockets')
  const noted = await readFile(note, 'utf8').catch(() => null)
  if (noted !== null && (await isOwn(noted))) return noted
  const made = await mkdtemp(join(tmpdir(), 'coffer-'))
  writeFileDurably(note, made, 0o600)
  return made
}

/** Of this user, and no link: what was in its place may have been cleared away. */
const isOwn = async (directory: string): Promise<boolean> => {
  const found = await lstat(directory).catch(() => null)
  if (!found?.isDirectory() || found.uid !== process.getuid?.()) return false
  await chmod(directory, 0o700)
  return true
}

/** Made by the agent, so its mode is the agent's to choose; everybody may pass, nobody may look. */
const ensurePassable = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true })
  if (!isMounted(directory)) await chmod(directory, passable)
}

/** Whether an account that owns nothing here can go to the directory. Access lists are not looked at: they only make it stricter or a copy needless. */
const isPassable = (directory: string): boolean => {
  for (let at = directory; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** A clone made under umask 077 is closed in itself: a mount does not open it. One file of each directory tells. */
const isReadableByAll = async (prefix: string): Promise<boolean> => {
  for (const directory of [prefix, join(prefix, 'bin')]) {
    if (!(await exists(directory))) continue
    if (((await stat(directory)).mode & 0o005) !== 0o005) return false
    const [first] = await readdir(directory)
    if (first && ((await stat(join(directory, first))).mode & 0o004) === 0) return false
  }
  return true
}

const isEmpty = async (directory: string): Promise<boolean> =>
  !(await exists(directory)) || (await readdir(directory)).length === 0

const isSameDirectory = (a: string, b: string): boolean => {
  const [one, other] = [statSync(a), statSync(b)]
  return one.dev === other.dev && one.ino === other.ino
}

const removeEmpty = async (directory: string): Promise<void> => {
  try {
    await rmdir(directory)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EBUSY') throw error
  }
}
