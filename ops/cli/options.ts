import { type Command, InvalidArgumentError, Option } from 'commander'
import { outputFormats } from './output.ts'

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print the result').choices(outputFormats).default('table')

export const quietOption = (): Option => new Option('-q, --quiet', 'print only ids, one a line').conflicts('output')

export const watchOption = (): Option => new Option('--watch', 'show it again every 2 s, until Ctrl-C').default(false)

export const idempotencyKey = (): Option => new Option('--idempotency-key <key>', 'a name for this request')

/** What the API takes as an integer; which of them make sense, the server says. */
export const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || value !== (value | 0))
    throw new InvalidArgumentError('it must be a whole number of up to 32 bits.')
  return value
}

export const count = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number from 0 on.')
  return Number(text)
}

/** One or more of these words, in upper or lower case, with commas between them. */
export const oneOrMoreOf =
  <Word extends string>(words: readonly Word[]) =>
  (text: string): readonly Word[] =>
    text.split(',').map((part) => {
      const found = words.find((word) => word === part.trim().toUpperCase())
      if (found === undefined) throw new InvalidArgumentError(`there is ${words.join(', ')}.`)
      return found
    })

export const positiveSeconds = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('it must be a number of seconds up to 86400.')
  return value
}

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

export const waitSeconds = 300

/** For every command that begins an operation. */
export const withWaiting = (command: Command): Command =>
  command
    .option('-w, --wait', 'wait until it is done and show the steps', false)
    .option('--timeout <seconds>', 'how long to wait at most', positiveSeconds, waitSeconds)
    .option(
      '--idempotency-key <key>',
      'a name for this request: repeated under the same one, it is carried out only once',
    )

/** For every command that lists what is in an engine. */
export const withRefresh = (command: Command): Command =>
  command
    .option('--refresh', 'look into the engine first; else the list may be 10 s old', false)
    .option('--timeout <seconds>', 'how long to wait for that at most', positiveSeconds, waitSeconds)

/** From where the passwords of users come that are not in the arguments. */
export const passwordOptions = (command: Command): Command =>
  command
    .option('--password-prompt <user>', 'ask for the password of this user', collect, [])
    .option(
      '--password-env <user=variable>',
      'take the password of this user from an environment variable',
      collect,
      [],
    )
    .option('--password-stdin <user>', 'take the password of this user from the first line of standard input')
