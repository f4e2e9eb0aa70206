import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)
/** What PostgreSQL itself takes (`scram_iterations`), and its clients expect to be quick with. */
const iterations = 4096
const saltBytes = 16

/**
 * What PostgreSQL stores of a password (RFC 5803: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`). Made here, so
 * the clear password never reaches the server, its log or `pg_stat_activity`. The password must be
 * one that SASLprep leaves as it is (`saslprepFault`).
 */
export const createScramVerifier = async (password: string): Promise<string> =>
  verifierOf(password, randomBytes(saltBytes), iterations)

/** Whether `verifier` is of this password. False for anything that is not a SCRAM-SHA-256 verifier. */
export const matchesScramVerifier = async (password: string, verifier: string): Promise<boolean> => {
  const [, count, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(verifier) ?? []
  if (count === undefined || salt === undefined) return false
  const expected = Buffer.from(await verifierOf(password, Buffer.from(salt, 'base64'), Number(count)))
  const actual = Buffer.from(verifier)
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const verifierOf = async (password: string, salt: Buffer, count: number): Promise<string> => {
  const salted = await derive(password, salt, count, 32, 'sha256')
  const keyOf = (name: string) => createHmac('sha256', salted).update(name).digest()
  const storedKey = createHash('sha256').update(keyOf('Client Key')).digest('base64')
  const serverKey = keyOf('Server Key').toString('base64')
  return `SCRAM-SHA-256$${count}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}
