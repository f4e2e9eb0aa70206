import { createReader, uintBytes, zeroTerminated } from './values.ts'

/** What the server says first. `scramble`: 20 bytes for this login. */
export type Greeting = { readonly capabilities: number; readonly scramble: Buffer }

const protocolVersion = 10
const scrambleBytes = 20

/** Throws for what is no greeting of MariaDB. https://mariadb.com/kb/en/connection/ */
export const parseGreeting = (packet: Buffer): Greeting => {
  const reader = createReader(packet)
  if (reader.uint(1) !== protocolVersion) throw new Error('what answers does not speak the protocol of MariaDB')
  reader.zeroTerminated()
  reader.skip(4)
  const first = reader.bytes(8)
  reader.skip(1)
  const lower = reader.uint(2)
  reader.skip(3)
  const upper = reader.uint(2)
  // The length of the scramble, which is 20 and a zero for every plugin that is asked for, and what is reserved.
  reader.skip(1 + 6 + 4)
  const scramble = Buffer.concat([first, reader.bytes(scrambleBytes - first.length)])
  return { capabilities: lower + upper * 0x1_00_00, scramble }
}

export const capabilities = {
  longPassword: 1,
  withDatabase: 8,
  protocol41: 0x2_00,
  tls: 0x8_00,
  transactions: 0x20_00,
  secureConnection: 0x80_00,
  plugins: 0x8_00_00,
} as const

const utf8mb4 = 45
const mostPacketBytes = 0x1_00_00_00

/** What asks for TLS, and the beginning of every answer to a greeting. */
export const renderOpening = (flags: number): Buffer =>
  Buffer.concat([uintBytes(flags, 4), uintBytes(mostPacketBytes, 4), uintBytes(utf8mb4, 1), Buffer.alloc(23)])

export const nativePlugin = 'mysql_native_password'

export const renderLogin = (
  flags: number,
  { user, proof, database }: { readonly user: string; readonly proof: Buffer; readonly database: string | null },
): Buffer =>
  Buffer.concat([
    renderOpening(flags),
    zeroTerminated(user),
    uintBytes(proof.length, 1),
    proof,
    ...(database === null ? [] : [zeroTerminated(database)]),
    zeroTerminated(nativePlugin),
  ])
