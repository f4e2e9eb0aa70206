/** Whether `error` is an error of Node or of an engine with one of these codes (`ENOENT`, SQLSTATE `42P04`). */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)

/** Whether TLS failed over a certificate: the codes of Node's own check and of OpenSSL's. */
export const isDistrust = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECODE))/.test(String(error.code))
