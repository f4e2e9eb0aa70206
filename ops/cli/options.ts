import { type Command, InvalidArgumentError, Option } from 'commander'
import { outputFormats } from './output.ts'

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print the result').choices(outputFormats).default('table')

export const wholeNumber = (text: string): number => {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.')
  return Number(text)
}

const positiveSeconds = (text: string): number => {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('it must be a number of seconds up to 86400.')
  return value
}

export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

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
