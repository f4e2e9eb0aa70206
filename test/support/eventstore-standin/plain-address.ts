import { parseConnectionUrl } from '../../../commands/adapters/kurrentdb/connection-url.ts'

/** `options`: what comes after the question mark of the URL. */
export type PlainAddress = { readonly host: string; readonly port: number; readonly options: string }

/** Where a proxy can stand in front: one node, named by address, without TLS, as a certificate names the server's own host. */
export const plainAddressOf = (url: string): PlainAddress | null => {
  const { clientUrl, shown } = parseConnectionUrl(url)
  const [host = '', port = '2113'] = shown.replace(/^.*:\/\//, '').split(':')
  const options = clientUrl.split('?')[1] ?? ''
  const isPlain = !shown.includes('+discover') && !shown.includes(',') && /(^|&)tls=false/i.test(options)
  return isPlain ? { host, port: Number(port), options } : null
}
