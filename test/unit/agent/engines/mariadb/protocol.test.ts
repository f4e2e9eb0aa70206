import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { parseGreeting } from '../../../../../agent/engines/mariadb/protocol/handshake.ts'
import { nativeHash, nativeProof } from '../../../../../agent/engines/mariadb/protocol/native-password.ts'
import { ConnectionEnded, createPackets } from '../../../../../agent/engines/mariadb/protocol/packets.ts'
import { createReader } from '../../../../../agent/engines/mariadb/protocol/values.ts'

const packet = (sequence: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, sequence]), payload])

describe('packets', () => {
  it('come whole, however they were cut on their way', async () => {
    const stream = new PassThrough()
    const { receive } = createPackets(stream)
    const sent = Buffer.concat([packet(0, Buffer.from('first')), packet(1, Buffer.alloc(300, 'x'))])
    for (const byte of sent) stream.write(Buffer.from([byte]))
    expect(String(await receive())).toBe('first')
    expect((await receive()).length).toBe(300)
  })

  it('are answered with the next number, and a command begins anew', async () => {
    const stream = new PassThrough()
    const written: Buffer[] = []
    const packets = createPackets(
      Object.assign(stream, { write: (chunk: Buffer) => written.push(Buffer.from(chunk)) > 0 }),
    )
    const received = packets.receive()
    stream.push(packet(4, Buffer.from('x')))
    await received
    packets.send(Buffer.from('ab'))
    packets.send(Buffer.from('c'), 0)
    expect(written).toEqual([Buffer.from([2, 0, 0, 5, 97, 98]), Buffer.from([1, 0, 0, 0, 99])])
  })

  it('end with the connection', async () => {
    const stream = new PassThrough()
    const { receive } = createPackets(stream)
    const waiting = receive()
    stream.destroy()
    await expect(waiting).rejects.toThrow(ConnectionEnded)
    await expect(receive()).rejects.toThrow(ConnectionEnded)
  })
})

describe('values', () => {
  it('have their length before them, in as many bytes as it takes', () => {
    const long = 'y'.repeat(70_000)
    const reader = createReader(
      Buffer.concat([
        Buffer.from([1, 97, 0xfb, 0xfc, 2, 0, 98, 99, 0xfd, 0x70, 0x11, 0x01]),
        Buffer.from(long),
        Buffer.from([0xfe, 1, 0, 0, 0, 0, 0, 0, 0, 100]),
      ]),
    )
    expect([reader.text(), reader.text(), reader.text(), reader.text() === long, reader.text()]).toEqual([
      'a',
      null,
      'bc',
      true,
      'd',
    ])
    expect(() => reader.text()).toThrow('cut short')
  })
})

describe('the greeting of a server', () => {
  const greeting = (version: number): Buffer =>
    Buffer.concat([
      Buffer.from([version]),
      Buffer.from('11.8.9-MariaDB\0'),
      Buffer.from([7, 0, 0, 0]),
      Buffer.from('12345678\0'),
      Buffer.from([0x00, 0x8a, 45, 2, 0, 0x08, 0x00, 21]),
      Buffer.alloc(10),
      Buffer.from('abcdefghijkl\0mysql_native_password\0'),
    ])

  it('says what it can and what to prove the password with', () => {
    const { capabilities, scramble } = parseGreeting(greeting(10))
    expect(capabilities).toBe(0x8_8a_00)
    expect(String(scramble)).toBe('12345678abcdefghijkl')
  })

  it('is of this protocol alone', () => {
    expect(() => parseGreeting(greeting(9))).toThrow('does not speak the protocol of MariaDB')
  })
})

describe('a password', () => {
  it("is kept as MariaDB's PASSWORD() has it", () => {
    // SELECT PASSWORD('123456')
    expect(nativeHash('123456')).toBe('*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9')
  })

  it('is proven with another text at each login', () => {
    const [one, other] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)].map((scramble) => nativeProof('a secret', scramble))
    expect(one).toHaveLength(20)
    expect(one).not.toEqual(other)
  })
})
