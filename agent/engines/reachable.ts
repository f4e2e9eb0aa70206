/** An engine that listens on every address is asked on the loopback one. */
export const reachable = (address: string): string => {
  if (address === '::') return '::1'
  return address === '0.0.0.0' || address === '*' ? '127.0.0.1' : address
}
