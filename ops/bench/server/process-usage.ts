import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type Usage = {
  /** Processor time used since its start, in seconds. */
  readonly cpuSeconds: number
  readonly rssMiB: number
}

const ticksASecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** What one process uses by itself, its children not counted (proc_pid_stat(5), proc_pid_status(5)). */
export const readUsage = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in the second field may hold spaces and brackets. After it: field 3 and on; utime is 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksASecond,
    rssMiB: Number(rss?.[1]) / 1024,
  }
}
