import { ServerError } from './protocol/connection.ts'

/** What the server refuses, by its number (MariaDB documentation, "MariaDB Error Codes"): those that the agent can meet. */
const meanings: Readonly<Record<number, string>> = {
  1005: 'it cannot create that',
  1007: 'the database exists already',
  1021: 'no space is left on its volume',
  1040: 'too many clients are connected',
  1044: 'the user may not use the database',
  1045: 'the password is wrong, or the user does not exist',
  1049: 'the database does not exist',
  1053: 'the engine is shutting down',
  1114: 'no space is left on its volume',
  1115: 'it does not know the character set',
  1142: 'the right to do that is missing',
  1158: 'the connection was cut',
  1184: 'it takes no clients at the moment',
  1203: 'too many clients are connected',
  1205: 'somebody else holds a lock on it',
  1213: 'it was in a deadlock',
  1226: 'a limit of its configuration was reached',
  1227: 'the right to do that is missing',
  1253: 'the collation does not go with the character set',
  1273: 'it does not know the collation',
  1290: 'it may only read at the moment',
  1396: 'it cannot do that to the user',
  1698: 'the login is not allowed',
  1792: 'the session may only read',
  1927: 'the connection was cut',
  3159: 'the connection has no TLS',
}

/** Of these, the reason is the state of its own files. */
const broken: readonly number[] = [1016, 1017, 1030, 1033, 1034, 1194, 1195, 1712, 1877, 1932]

export const isBroken = ({ number }: ServerError): boolean => broken.includes(number)

export const isDiskFull = (error: unknown): boolean =>
  error instanceof ServerError && (error.number === 1021 || error.number === 1114)

/** In our own words, with the number that tells those who know MariaDB more. */
export const meaningOf = ({ number }: ServerError): string =>
  `${meanings[number] ?? 'MariaDB refused it'} (error ${number})`
