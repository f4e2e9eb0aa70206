import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

/** When the first of these certificates ends: the given ones (PEM), and those in files. Leaves out files that hold none. */
export const earliestEnd = async (pems: readonly string[], files: readonly string[]): Promise<Date> => {
  const inFiles = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => null)))
  const ends = [...pems, ...inFiles].flatMap((pem) => endOf(pem) ?? [])
  return new Date(Math.min(...ends.map((end) => end.getTime())))
}

const endOf = (pem: string | null): Date | null => {
  if (pem === null) return null
  try {
    return new X509Certificate(pem).validToDate
  } catch {
    // Cut short, or no certificate: the engine it belongs to is not served with it, which its health tells.
    return null
  }
}
