import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainPostgresqlLog, logSince } from '../../../../../../agent/engines/postgresql/lifecycle/engine-log.ts'

const settings = new Set(['shared_buffers', 'max_connections'])
const explain = (log: string | readonly string[]) =>
  explainPostgresqlLog(settings, typeof log === 'string' ? log : log.join('\n')).map(({ text }) => text)

const at = (seconds: number, text: string) =>
  `2025-06-01 10:00:${String(seconds).padStart(2, '0')}.123 UTC [4711] ${text}`
const starting = (seconds: number) => at(seconds, 'LOG:  starting PostgreSQL 17.10 on x86_64-pc-linux-gnu, 64-bit')

describe('explaining a PostgreSQL log', () => {
  it('tells in our own words what failed, and leaves out what went well', () => {
    const log = [
      starting(1),
      at(1, 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'),
      at(1, 'HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.'),
      at(1, 'WARNING:  could not create listen socket for "127.0.0.1"'),
      at(1, 'FATAL:  could not create any TCP/IP sockets'),
      at(1, 'LOG:  database system is shut down'),
    ]
    expect(explainPostgresqlLog(settings, log.join('\n'))).toEqual([
      { kind: 'port-taken', text: 'its port is taken by another process' },
      { kind: 'other', text: 'it could listen nowhere' },
    ])
  })

  it('recognises a full volume by any message that ends with it, of a session too when it takes the engine down', () => {
    for (const line of [
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
      'app@shop PANIC:  could not write to file "pg_wal/xlogtemp.4711": No space left on device',
    ])
      expect(explainPostgresqlLog(settings, at(1, line))).toEqual([
        { kind: 'disk-full', text: 'no space is left on its volume' },
      ])
    expect(explain(at(1, 'app@shop ERROR:  could not extend file "base/1/2": No space left on device'))).toEqual([])
  })

  it('tells of the last start alone, and not of what the engine has got over', () => {
    const killed = at(1, 'LOG:  server process (PID 12) was terminated by signal 9: Killed')
    expect(explain([starting(1), at(1, 'FATAL:  out of memory'), starting(2), killed])).toEqual([
      'its server process was ended by signal 9',
    ])
    expect(explain([starting(1), killed, at(2, 'LOG:  database system is ready to accept connections')])).toEqual([])
  })

  it('finds a failure that came before the engine said that it starts', () => {
    const log = [
      starting(1),
      at(2, 'LOG:  invalid value for parameter "shared_buffers": "plenty"'),
      at(2, 'LOG:  invalid value for parameter "some.thing_of_a_customer": "plenty"'),
      at(2, 'FATAL:  configuration file contains errors'),
    ]
    expect(explain(log)).toEqual(['it does not accept the value of shared_buffers'])
  })

  it('names a setting only where Coffer writes it', () => {
    const line = (name: string) => at(2, `LOG:  unrecognized configuration parameter "${name}" in file "x" line 3`)
    expect(explain([line('max_connections'), line('planted')])).toEqual([
      'it does not know max_connections',
      'it does not know one of its settings',
    ])
  })

  it('tells what the loader says, which has no time', () => {
    const loader = 'postgres: error while loading shared libraries: libssl.so.1.1: cannot open shared object file'
    expect(explain(`${starting(1)}\n${loader}\n`)).toEqual(['a shared library that it needs is missing or broken'])
  })

  it('says that it was asked to end where nothing failed', () => {
    expect(explain([starting(1), at(2, 'LOG:  received fast shutdown request')])).toEqual([
      'it was asked for a fast shutdown',
    ])
    expect(explain('')).toEqual([])
  })

  it('tells the last findings, each once', () => {
    const lines = Array.from({ length: 30 }, (_, n) => at(n, `LOG:  server process (PID 1) exited with exit code ${n}`))
    expect(explain([...lines, ...lines])).toHaveLength(5)
    expect(explain([...lines, ...lines]).at(-1)).toBe('its server process ended with exit code 29')
  })
})

const nodeModules = join(import.meta.dirname, '../../../../../../node_modules')
const carried = readdirSync(nodeModules).filter((name) => /^postgresql-.*-linux-/.test(name))

/** Every message of this PostgreSQL that has a place for something: read from the program itself. */
const messagesOf = (name: string): readonly string[] => {
  const program = readFileSync(join(nodeModules, name, 'native/bin/postgres'), 'latin1')
  return [...new Set(program.match(/[\x20-\x7e]{8,}/g) ?? [])].filter((text) =>
    /%[-\d.*]*(?:l|z|ll)?[a-zA-Z]/.test(text),
  )
}

const fill = (message: string, planted: string): string =>
  message
    .replaceAll('%m', 'No such file or directory')
    .replaceAll(/%[-\d.*]*s/g, planted.replaceAll('\n', '\n\t'))
    .replaceAll(/%[-+\d.*]*(?:l|z|ll)?[a-zA-Z]/g, '987654321')

const mark = 'planted7391'
const forged = [
  `${mark}`,
  `x' ${mark} --`,
  `${mark}\n2025-06-01 10:00:01.123 UTC [1] LOG:  could not bind IPv4 address "${mark}": Address already in use`,
  `LOG:  received ${mark} shutdown request`,
  `": Address already in use ${mark}`,
  `server process (PID 1) was terminated by signal 9: ${mark}`,
]
const heads = ['', 'app@shop ', `${mark}@${mark} `, `LOG:  received fast shutdown request ${mark}@shop `]
const severities = ['LOG', 'WARNING', 'ERROR', 'FATAL', 'PANIC', 'DETAIL', 'HINT', 'CONTEXT', 'STATEMENT', 'QUERY']

describe.each(carried)('of every message of %s that can quote something', (name) => {
  const messages = messagesOf(name)

  it('no quoted word leaves the host, whoever logs it and wherever the log is cut', () => {
    expect(messages.length).toBeGreaterThan(2000)
    for (const [index, message] of messages.entries()) {
      for (const planted of forged) {
        const head = heads[index % heads.length] ?? ''
        const log = severities.map((severity) => at(1, `${head}${severity}:  ${fill(message, planted)}`)).join('\n')
        const bare = severities.map((severity) => at(1, `${severity}:  ${fill(message, planted)}`)).join('\n')
        const told = explain(`${log}\n${bare}`).join('; ')
        if (told.includes(mark) || told.includes('987654321')) expect.fail(`${message} told: ${told}`)
      }
    }
  })

  it('no word of any kind leaves the host, whatever it looks like', () => {
    const word = fc.oneof(
      fc.string({ minLength: 7 }),
      fc.stringMatching(/^[a-z_]{12,30}$/),
      fc.stringMatching(/^\d{5,9}$/),
    )
    fc.assert(
      fc.property(
        word,
        fc.constantFrom(...messages),
        fc.constantFrom(...severities),
        fc.nat(),
        (planted, message, severity, cut) => {
          const lines = [...heads, ''].map((head) => at(1, `${head}${severity}:  ${fill(message, planted)}`)).join('\n')
          for (const log of [lines, lines.slice(cut % lines.length)])
            for (const told of explain(log)) expect(told).not.toContain(planted)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('what a log holds since a start', () => {
  const startedAtMs = Date.parse('2025-06-01T10:00:30Z')
  it('is without the lines of earlier starts, and with those from just before', () => {
    const log = [at(1, 'FATAL:  older'), '\tits second line', at(25, 'LOG:  just before'), at(31, 'FATAL:  newer')]
    expect(logSince(log.join('\n'), startedAtMs)).toBe(['\tits second line', log[2], log[3]].join('\n'))
  })

  it('is everything when no line is older', () => {
    const log = ['a loader speaks', at(31, 'FATAL:  newer')].join('\n')
    expect(logSince(log, startedAtMs)).toBe(log)
  })
})
