/** By what each secret is called where one is found. */
export type Secrets = Readonly<Record<string, string>>

/** Which of the secrets are in there as they are, in hex or in base64: each with where that is. */
export const findSecrets = (secrets: Secrets, where: string, haystack: Buffer | string): string[] =>
  Object.entries(secrets).flatMap(([name, secret]) => (holds(haystack, secret) ? [`${name} in ${where}`] : []))

const holds = (haystack: Buffer | string, secret: string): boolean => {
  const base64 = Buffer.from(secret).toString('base64').slice(0, -4)
  const needles = [secret, Buffer.from(secret).toString('hex'), base64, JSON.stringify(secret).slice(1, -1)]
  return needles.some((needle) => haystack.includes(needle))
}
