import { acquireDataDirLock } from '../../commands/adapters/embedded/data-dir-lock.ts'

/** Keeps other processes from having these roles on this data directory until the answer is called. Throws `DataDirRefused`. */
export const holdDataDir = (dataDir: string, roles: readonly string[]): (() => void) => {
  const locks: { readonly release: () => void }[] = []
  const release = (): void => {
    for (const lock of locks) lock.release()
  }
  try {
    for (const role of roles) locks.push(acquireDataDirLock({ dataDir, role }))
    return release
  } catch (error) {
    release()
    throw error
  }
}
