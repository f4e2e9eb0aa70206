import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { capabilities, type Greeting, nativePlugin, parseGreeting, renderLogin, renderOpening } from './handshake.ts'
import { nativeProof } from './native-password.ts'
import { createPackets, type Packets } from './packets.ts'
import { createReader, type Reader } from './values.ts'

/** `password` null: the server knows the account by its Unix socket. `tls` null: the connection is a Unix socket. */
export type Login = {
  readonly user: string
  readonly password: string | null
  readonly database: string | null
  readonly tls: ConnectionOptions | null
}

export type Row = Readonly<Record<string, string | null>>

/** Carries out one statement. Rejects with `ServerError` for what the server refuses. */
export type Query = (statement: string) => Promise<readonly Row[]>

export type Session = {
  readonly query: Query
  /** Takes leave, without which the server would count and log an aborted connection. */
  readonly quit: () => void
}

/** The server's error. Its text may quote what a customer stored, and stays behind. `isBeforeLogin`: the server did not ask who it is. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly number: number
  readonly isBeforeLogin: boolean
  constructor(number: number, isBeforeLogin: boolean) {
    super(`MariaDB's error ${number}`)
    this.number = number
    this.isBeforeLogin = isBeforeLogin
  }
}

const marks = { ok: 0x00, end: 0xfe, error: 0xff } as const
const commands = { quit: 1, query: 3 } as const

/** Logs in over a socket that connects. Rejects with `ServerError`, and with the errors of the connection. */
export const logIn = async (socket: Socket, login: Login): Promise<Session> => {
  const plain = createPackets(socket)
  const first = await plain.receive()
  assertNoError(first, true)
  const greeting = parseGreeting(first)
  const { longPassword, protocol41, transactions, secureConnection, plugins, withDatabase, tls } = capabilities
  const common = longPassword | protocol41 | transactions | secureConnection | plugins
  const flags = common | (login.database === null ? 0 : withDatabase) | (login.tls === null ? 0 : tls)
  const packets = login.tls === null ? plain : await secure(plain, socket, greeting, flags, login.tls)
  const proofFor = (scramble: Buffer): Buffer =>
    login.password === null ? Buffer.alloc(0) : nativeProof(login.password, scramble)
  packets.send(renderLogin(flags, { ...login, proof: proofFor(greeting.scramble) }))
  await admitted(packets, proofFor)
  return {
    query: async (statement) => {
      packets.send(Buffer.concat([Buffer.from([commands.query]), Buffer.from(statement, 'utf8')]), 0)
      return readResult(packets)
    },
    quit: () => {
      packets.send(Buffer.from([commands.quit]), 0)
      packets.end()
    },
  }
}

const secure = async (
  plain: Packets,
  socket: Socket,
  greeting: Greeting,
  flags: number,
  options: ConnectionOptions,
): Promise<Packets> => {
  if ((greeting.capabilities & capabilities.tls) === 0) throw new Error('it does not offer TLS')
  const openingSequence = 1
  plain.send(renderOpening(flags), openingSequence)
  plain.detach()
  const secured: Duplex = await new Promise((resolve, reject) => {
    const stream = connectTls({ ...options, socket })
    stream.once('secureConnect', () => resolve(stream))
    stream.once('error', reject)
  })
  return createPackets(secured, openingSequence)
}

/** Until the server says yes or no; it may ask for the proof once more, by another plugin or with another scramble. */
const admitted = async (packets: Packets, proofFor: (scramble: Buffer) => Buffer): Promise<void> => {
  for (;;) {
    const answer = await packets.receive()
    assertNoError(answer)
    if (answer[0] === marks.ok) return
    const reader = createReader(answer.subarray(1))
    const plugin = reader.zeroTerminated().toString('utf8')
    if (answer[0] !== marks.end || plugin !== nativePlugin) throw new Error('it asks for a login of another kind')
    packets.send(proofFor(reader.zeroTerminated()))
  }
}

const readResult = async (packets: Packets): Promise<readonly Row[]> => {
  const head = await packets.receive()
  assertNoError(head)
  if (head[0] === marks.ok) return []
  const columns = createReader(head).length()
  if (columns === null) throw new Error('it asks for a file of the client')
  const names: string[] = []
  for (let index = 0; index < columns; index += 1) names.push(nameOf(createReader(await packets.receive())))
  await packets.receive()
  const rows: Row[] = []
  for (;;) {
    const packet = await packets.receive()
    assertNoError(packet)
    if (isEnd(packet)) return rows
    const reader = createReader(packet)
    rows.push(Object.fromEntries(names.map((name) => [name, reader.text()])))
  }
}

/** A row may begin with the same byte, where its first value is longer than 16 MiB. */
const isEnd = (packet: Buffer): boolean => packet[0] === marks.end && packet.length < 9

/** Before it stand its catalogue, schema and table, and the table's name where that is another. */
const nameOf = (reader: Reader): string => {
  for (let skipped = 0; skipped < 4; skipped += 1) reader.text()
  return reader.text() ?? ''
}

const assertNoError = (packet: Buffer, isBeforeLogin = false): void => {
  if (packet[0] === marks.error) throw new ServerError(packet.readUInt16LE(1), isBeforeLogin)
}
