/** Why the operating system refused something: the name of the error, what C programs print of it, and what it means here. */
export type SystemError = { readonly code: string; readonly printed: string; readonly meaning: string }

const systemErrors: readonly SystemError[] = [
  { code: 'ENOSPC', printed: 'No space left on device', meaning: 'no space is left on its volume' },
  { code: 'EDQUOT', printed: 'Disk quota exceeded', meaning: 'its disk quota is used up' },
  { code: 'EADDRINUSE', printed: 'Address already in use', meaning: 'its port is taken by another process' },
  { code: 'EADDRNOTAVAIL', printed: 'Cannot assign requested address', meaning: 'its address is not one of this host' },
  { code: 'EACCES', printed: 'Permission denied', meaning: 'access was denied' },
  { code: 'EPERM', printed: 'Operation not permitted', meaning: 'the system does not permit it' },
  { code: 'ENOENT', printed: 'No such file or directory', meaning: 'a file or program is missing' },
  { code: 'ENOTDIR', printed: 'Not a directory', meaning: 'a file stands where a directory belongs' },
  { code: 'EISDIR', printed: 'Is a directory', meaning: 'a directory stands where a file belongs' },
  { code: 'EEXIST', printed: 'File exists', meaning: 'a file stands in the way' },
  { code: 'EIO', printed: 'Input/output error', meaning: 'the disk reported an input/output error' },
  { code: 'EROFS', printed: 'Read-only file system', meaning: 'its file system is read-only' },
  { code: 'EUCLEAN', printed: 'Structure needs cleaning', meaning: 'its file system is damaged' },
  { code: 'ENOMEM', printed: 'Cannot allocate memory', meaning: 'it could not get enough memory' },
  { code: 'EAGAIN', printed: 'Resource temporarily unavailable', meaning: 'the host is short of processes or memory' },
  { code: 'EMFILE', printed: 'Too many open files', meaning: 'too many files are open' },
  { code: 'ENFILE', printed: 'Too many open files in system', meaning: 'too many files are open on the host' },
  { code: 'EBUSY', printed: 'Device or resource busy', meaning: 'something is still in use' },
  { code: 'ECONNREFUSED', printed: 'Connection refused', meaning: 'nothing answers there' },
  { code: 'ECONNRESET', printed: 'Connection reset by peer', meaning: 'the connection was cut' },
  { code: 'EPIPE', printed: 'Broken pipe', meaning: 'the connection was closed' },
  { code: 'ETIMEDOUT', printed: 'Connection timed out', meaning: 'there was no answer in time' },
]

/** SQLite's result code for a write that found no space: https://sqlite.org/rescode.html#full */
const sqliteFull = 13
const fullDisk = systemErrors.filter(({ code }) => code === 'ENOSPC' || code === 'EDQUOT')

/** The error that a program told of at the end of this line, as C programs do: `cp: error writing 'x': No space left on device`. */
export const systemErrorAtEnd = (line: string): SystemError | null =>
  systemErrors.find(({ printed }) => line.endsWith(`: ${printed}`) || line.endsWith(`: ${printed}.`)) ?? null

/** The error that a program told of in what it printed, the last one if there are several. */
export const systemErrorIn = (printed: string): SystemError | null =>
  printed
    .split('\n')
    .map((line) => systemErrorAtEnd(line.trim()))
    .findLast((found) => found !== null) ?? null

/** The error that Node, or SQLite, met; null if `error` is none of the system's. */
export const systemErrorOf = (error: unknown): SystemError | null => {
  if (typeof error !== 'object' || error === null) return null
  if ('errcode' in error && error.errcode === sqliteFull) return systemErrors.find(isFull) ?? null
  return 'code' in error ? (systemErrors.find(({ code }) => code === error.code) ?? null) : null
}

/** Whether it says that no space or no inode is left. */
export const isFull = (error: SystemError | null): boolean => error !== null && fullDisk.includes(error)
