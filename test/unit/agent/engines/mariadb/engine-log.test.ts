import { describe, expect, it } from 'vitest'
import { explainMariadbLog, isToldToEnd } from '../../../../../agent/engines/mariadb/lifecycle/engine-log.ts'

const starting =
  '2026-11-29 18:27:10 0 [Note] Starting MariaDB 10.11.19-MariaDB-0+deb12u1 source revision 58 as process 7'
const ready = '2026-11-29 18:27:10 0 [Note] /usr/sbin/mariadbd: ready for connections.'
const shutdown = '2026-11-29 18:27:49 0 [Note] /usr/sbin/mariadbd (initiated by: unknown): Normal shutdown'
const portTaken =
  "2026-11-29 18:27:10 0 [ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use"

describe('the log of MariaDB', () => {
  it.each([
    [portTaken, 'port-taken', 'its port is taken by another process'],
    [
      "2026-11-29 18:27:10 0 [ERROR] /usr/sbin/mariadbd: unknown variable 'x=1'",
      'other',
      'its configuration has an error',
    ],
    [
      '2026-11-29  8:27:10 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11',
      'other',
      'another process uses its data',
    ],
    ['261129 18:27:10 [ERROR] /usr/sbin/mariadbd got signal 11 ;', 'other', 'it crashed'],
    [
      "2026-11-29 18:27:10 0 [ERROR] InnoDB: Error number 28 means 'No space left on device'",
      'disk-full',
      'no space is left on its volume',
    ],
    [
      '2026-11-29 18:27:10 4 [ERROR] mariadbd: Disk is full writing ./x (Errcode: 28 "No space left on device"). Waiting for someone to free space...',
      'disk-full',
      'no space is left on its volume',
    ],
  ])('tells of %s', (line, kind, text) => {
    expect(explainMariadbLog(`${starting}\n${line}\n`)).toEqual([{ kind, text }])
  })

  it('tells of what came after the last good moment alone, each once, and of an order to end where there is nothing else', () => {
    expect(explainMariadbLog([starting, portTaken, ready, ''].join('\n'))).toEqual([])
    expect(explainMariadbLog([portTaken, starting, portTaken, portTaken].join('\n'))).toHaveLength(1)
    expect(explainMariadbLog([ready, shutdown].join('\n'))).toEqual([
      { kind: 'other', text: 'it was asked to shut down' },
    ])
    expect(explainMariadbLog([ready, shutdown, portTaken].join('\n'))).toMatchObject([{ kind: 'port-taken' }])
  })

  it('says whether the server was told to end', () => {
    expect(isToldToEnd([starting, ready].join('\n'))).toBe(false)
    expect(isToldToEnd([starting, ready, shutdown].join('\n'))).toBe(true)
    expect(isToldToEnd([starting, ready, shutdown, starting].join('\n'))).toBe(false)
    expect(isToldToEnd('')).toBe(false)
  })
})
