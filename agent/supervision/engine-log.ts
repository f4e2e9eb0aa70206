import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { NodeId } from '../../domain/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timers } from '../../kernel/timers.ts'
import { exists } from '../files.ts'
import type { Layout } from '../layout.ts'
import type { Run } from '../run.ts'

export type EngineLogs = {
  /**
   * What an engine writes its log to: a pipe, made here if it is missing. A write never waits: while the pipe is full, what is
   * written is dropped. The pipe holds 64 KiB (pipe(7)) for as long as the engine runs, also while no agent does.
   */
  openPipe(nodeId: NodeId, signal: AbortSignal): Promise<FileHandle>
  /** From now until the last holder lets go, the log file gets what the engine writes. Nothing is done for an instance that never had an engine. */
  hold(nodeId: NodeId): Promise<HeldLog>
}

export type HeldLog = {
  /** What the engine has written until now is in the file. */
  drain(): void
  /** Drains it, and lets go of it. */
  [Symbol.dispose](): void
}

export type EngineLogsDeps = Pick<Kernel, 'timers'> & {
  readonly run: Run
  readonly layout: Pick<Layout, 'logFile' | 'logPipe'>
  readonly limitBytes: number
  readonly failed: (nodeId: NodeId, error: unknown) => void
}

type KeptLog = { readonly drain: () => void; readonly close: () => void }

/** As much as a pipe holds. */
const chunkBytes = 65_536
/** After each chunk, so that an engine that logs without end takes little of the agent's time: some 3 MiB a second are kept. */
const restMs = 20
const appending = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
/** Opened for both, a pipe has no end: it outlives its writers. */
const lastingly = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW

/** Keeps the logs of engines within bounds: a file that would grow over the limit becomes `<file>.1` first. */
export const createEngineLogs = ({ run, timers, layout, limitBytes, failed }: EngineLogsDeps): EngineLogs => {
  const kept = new Map<NodeId, KeptLog & { holders: number }>()
  return {
    openPipe: async (nodeId, signal) => {
      const pipe = layout.logPipe(nodeId)
      if (!(await exists(pipe))) await run('mkfifo', ['-m', '600', pipe], signal)
      return open(pipe, lastingly)
    },
    hold: async (nodeId) => {
      const paths = { file: layout.logFile(nodeId), pipe: layout.logPipe(nodeId) }
      if (!kept.has(nodeId) && !(await exists(paths.pipe))) return { drain: () => {}, [Symbol.dispose]: () => {} }
      const keep = () => keepLog(timers, paths, limitBytes, (error) => failed(nodeId, error))
      const log = kept.get(nodeId) ?? { ...keep(), holders: 0 }
      kept.set(nodeId, log)
      log.holders += 1
      return {
        drain: log.drain,
        [Symbol.dispose]: () => {
          log.holders -= 1
          if (log.holders > 0) return
          kept.delete(nodeId)
          log.drain()
          log.close()
        },
      }
    },
  }
}

type LogPaths = { readonly file: string; readonly pipe: string }

const keepLog = (timers: Timers, paths: LogPaths, limitBytes: number, failed: (error: unknown) => void): KeptLog => {
  const { file } = paths
  const pipe = openSync(paths.pipe, lastingly)
  let target = openSync(file, appending, 0o600)
  let hasFailed = false
  const append = (chunk: Buffer): void => {
    try {
      const last = chunk.subarray(Math.max(0, chunk.length - limitBytes))
      if (fstatSync(target).size + last.length > limitBytes) {
        renameSync(file, `${file}.1`)
        closeSync(target)
        target = openSync(file, appending, 0o600)
      }
      writeSync(target, last)
    } catch (error) {
      if (!hasFailed) failed(error)
      hasFailed = true
    }
  }
  const buffer = Buffer.alloc(chunkBytes)
  const socket = new Socket({
    fd: pipe,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (length) => {
        append(buffer.subarray(0, length))
        timers.after(restMs, () => socket.resume(), { ref: false })
        return false
      },
    },
  })
  socket.on('error', failed)
  socket.unref()
  return {
    // At most what the pipe held when it began: a flood goes on for longer.
    drain: () => {
      try {
        append(buffer.subarray(0, readSync(pipe, buffer)))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      }
    },
    close: () => {
      socket.destroy()
      closeSync(target)
    },
  }
}
