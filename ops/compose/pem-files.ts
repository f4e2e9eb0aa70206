import { readFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'

type Named = readonly [variable: string, path: string | null]
export type Pem = { readonly ca?: string; readonly cert?: string; readonly key?: string }

/** What the files hold whose paths are set. Throws `ConfigError`, naming all that cannot be read. */
export const readPemFiles = (files: Readonly<Record<keyof Pem, Named>>): Pem => {
  const problems: string[] = []
  const read = ([variable, path]: Named): string | null => {
    if (path === null) return null
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      problems.push(`${variable} is ${JSON.stringify(path)}: it must be a file that this account can read (${code})`)
      return null
    }
  }
  const [ca, cert, key] = [read(files.ca), read(files.cert), read(files.key)]
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...(ca !== null && { ca }), ...(cert !== null && { cert }), ...(key !== null && { key }) }
}
