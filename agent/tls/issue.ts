// Side effects first: the next import fails without it.
import './reflect-metadata.ts'

import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/** PEM both; `key` is PKCS 8, not encrypted. */
export type Issued = { readonly certificate: string; readonly key: string }

/** The global type of this name is another one whenever some package brings the browser's types along. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 24 * 3600 * 1000
/** Twenty years: who verifies with this CA keeps a copy of it. */
const authorityDays = 7300
/** What the strictest TLS clients accept of a certificate from a private CA (Apple, support document 103769). */
const serverDays = 825
/** A client's clock may be behind. */
const clockSkewMs = 3600 * 1000

/** A self-signed CA that may sign servers' certificates but no further CA. `name` tells it from others. */
export const issueAuthority = async (name: string, now: Date): Promise<Issued> => {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return { certificate: await signSelf(name, keys, now), key: await exportKey(keys.privateKey) }
}

/**
 * The same CA, valid from now on: of the same name and key, so that whoever trusts the certificate before trusts what is signed from now on, and the
 * other way round, as long as each is valid.
 */
export const renewAuthority = async (authority: Issued, now: Date): Promise<Issued> => {
  const { subjectName, publicKey } = new x509.X509Certificate(authority.certificate)
  const keys = {
    privateKey: await importKey(authority.key),
    publicKey: await publicKey.export(algorithm, ['verify']),
  }
  const name = subjectName.getField('CN')[0] ?? ''
  return { certificate: await signSelf(name, keys, now), key: authority.key }
}

const signSelf = async (name: string, keys: { privateKey: Key; publicKey: Key }, now: Date): Promise<string> => {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
    ...validity(now, authorityDays),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return toPem(certificate)
}

/** A server's certificate for `addresses` (IP addresses and DNS names, at least one), signed by `authority`. */
export const issueServer = async (authority: Issued, addresses: readonly string[], now: Date): Promise<Issued> => {
  const issuer = new x509.X509Certificate(authority.certificate)
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [addresses[0] ?? 'localhost'] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: algorithm,
    ...validity(now, serverDays),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(addresses.map(alternativeName)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { certificate: toPem(certificate), key: await exportKey(keys.privateKey) }
}

const alternativeName = (value: string): x509.JsonGeneralName => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })

const validity = (now: Date, days: number) => ({
  notBefore: new Date(now.getTime() - clockSkewMs),
  notAfter: new Date(now.getTime() + days * dayMs),
})

const toPem = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`

const exportKey = async (key: Key): Promise<string> =>
  `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`

const importKey = (pem: string): Promise<Key> =>
  crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), algorithm, false, ['sign'])
