import { describe, expect, it } from 'vitest'
import { explainLog, logSince } from '../../../../../agent/engines/postgresql/engine-log.ts'

const at = (seconds: number, text: string) =>
  `2025-06-01 10:00:${String(seconds).padStart(2, '0')}.123 UTC [4711] ${text}`
const starting = (seconds: number) => at(seconds, 'LOG:  starting PostgreSQL 17.10 on x86_64-pc-linux-gnu, 64-bit')

describe('explaining a PostgreSQL log', () => {
  it('keeps what failed and leaves out what went well', () => {
    const log = [
      starting(1),
      at(1, 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'),
      at(1, 'HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.'),
      at(1, 'WARNING:  could not create listen socket for "127.0.0.1"'),
      at(1, 'FATAL:  could not create any TCP/IP sockets'),
      at(1, 'LOG:  database system is shut down'),
    ]
    expect(explainLog(`${log.join('\n')}\n`)).toBe(log.slice(1, 5).join('\n'))
  })

  it('tells of the last start alone when that failed', () => {
    const log = [starting(1), at(1, 'FATAL:  the old one'), starting(2), at(2, 'PANIC:  the new one')]
    expect(explainLog(log.join('\n'))).toBe(log[3])
  })

  it('finds a failure that came before the engine said that it starts', () => {
    const log = [
      starting(1),
      at(2, 'LOG:  invalid value for parameter "shared_buffers": "plenty"'),
      at(2, 'FATAL:  configuration file contains errors'),
    ]
    expect(explainLog(log.join('\n'))).toBe(log.slice(1).join('\n'))
  })

  it('keeps what the loader says, which has no time', () => {
    const loader = 'postgres: error while loading shared libraries: libssl.so.1.1: cannot open shared object file'
    expect(explainLog(`${starting(1)}\n${loader}\n`)).toBe(loader)
  })

  it('gives the last lines when none tells of a failure', () => {
    const log = Array.from({ length: 30 }, (_, second) => at(second, `LOG:  line ${second}`))
    expect(explainLog(log.join('\n'))).toBe(log.slice(-20).join('\n'))
    expect(explainLog('')).toBe('')
  })

  it('holds no statement, password or password hash', () => {
    const log = [
      at(1, 'ERROR:  syntax error at or near "nonsense"'),
      at(1, 'STATEMENT:  ALTER ROLE app'),
      "\tPASSWORD 'planted'",
      at(1, "FATAL:  connection failed: host=x password='planted' user=y"),
      at(
        1,
        'ERROR:  bad verifier SCRAM-SHA-256$4096:c2FsdA==$cGxhbnRlZA==:cGxhbnRlZA== or md5d41d8cd98f00b204e9800998ecf8427e',
      ),
    ]
    const said = explainLog(log.join('\n'))
    expect(said).toMatch(/syntax error/)
    expect(said.split('\n')).toHaveLength(3)
    expect(said).not.toMatch(/planted|cGxhbnRlZA|d41d8cd9|ALTER ROLE/)
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
