import type { AgentReport } from '../domain/guest/report.ts'

export type HostPaths = {
  /** From now on nothing below these directories is told. Absolute paths. */
  add(...directories: readonly string[]): void
  /** The report as it may leave the host. */
  withoutPaths(report: AgentReport): AgentReport
}

const replacement = '(a path on the database host)'

/**
 * The last check of what an agent tells: our own sentences name no path of the host, and one that does all the same, by a message of the system
 * that was quoted, must not go into the log of events. The log of the agent keeps it.
 */
export const createHostPaths = (): HostPaths => {
  const roots = new Set<string>()
  let pattern: RegExp | null = null
  const clean = (text: string): string => (pattern ? text.replaceAll(pattern, replacement) : text)
  return {
    add: (...directories) => {
      for (const directory of directories) {
        const root = directory.replace(/\/+$/, '')
        if (root !== '') roots.add(root)
      }
      // The longest first: one may lie within another.
      const longestFirst = [...roots].sort((a, b) => b.length - a.length).map((root) => literally(root))
      pattern = longestFirst.length > 0 ? new RegExp(`(?:${longestFirst.join('|')})${end}`, 'gu') : null
    },
    withoutPaths: (report) => {
      switch (report.type) {
        case 'failed': {
          const { message, cause } = report.fault
          const texts = { message: clean(message), ...(cause !== undefined && { cause: clean(cause) }) }
          return { ...report, fault: { ...report.fault, ...texts } }
        }
        case 'health':
          return { ...report, reason: clean(report.reason), incident: report.incident && clean(report.incident) }
        case 'progress':
          return { ...report, message: clean(report.message) }
        default:
          return report
      }
    },
  }
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** What else of the path follows, or its end: `/data` is no part of `/database`. */
const end = `(?:/[^\\s'"\`:,;()]*|(?![\\w-]))`
