import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Library = { readonly name: string; readonly version: string }

/** Which file, and where its version stands: in its name or in what it holds. */
const known: readonly { readonly name: string; readonly file: RegExp; readonly content?: RegExp }[] = [
  { name: 'OpenSSL', file: /^libcrypto(?:-[0-9a-f]+)?\.so\.\d/, content: /\0OpenSSL (\d+)\.(\d+)\.(\d+[a-z]?)\s/ },
  // `xmlParserVersion` of libxml2: 20904 for 2.9.4.
  {
    name: 'libxml2',
    file: /^libxml2(?:-[0-9a-f]+)?\.so\.\d/,
    content: /(?<![0-9A-Za-z])(2)(\d\d)(\d\d)(?:-[\w.-]*)?\0/,
  },
  { name: 'ICU', file: /^libicuuc(?:-[0-9a-f]+)?\.so\.(\d+)\.(\d+)$/ },
]

/**
 * The libraries in this directory of an installation, which came with it: nobody but its maker mends them. Those of the operating system are not
 * there. In the order of `known`.
 */
export const carriedLibraries = async (directory: string): Promise<readonly Library[]> => {
  const files = await readdir(directory).catch(() => [])
  const found: Library[] = []
  for (const { name, file, content } of known) {
    const match = files.find((candidate) => file.test(candidate))
    if (match === undefined) continue
    const parts = content ? content.exec(await readFile(join(directory, match), 'latin1')) : file.exec(match)
    if (parts) found.push({ name, version: parts.slice(1).map(withoutZero).join('.') })
  }
  return found
}

const withoutZero = (part: string): string => part.replace(/^0+(?=\d)/, '')
