import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type HostId, hostIdSchema, parseHostId } from '../domain/ids.ts'
import { deriveSigner, type Signer } from '../kernel/signing.ts'
import { writeFileDurably } from './files.ts'

const identitySchema = z.object({ hostId: hostIdSchema, secret: z.string().min(1) })

export type Identity = {
  readonly hostId: HostId
  /** What the host signs its messages by: derived as well. */
  readonly signer: Signer
  /** The password of the agent's own account in an instance's engine: derived, so that it is stored nowhere. */
  monitorPassword(nodeId: string): string
}

/** Who this agent is: read from `identity.json` (mode 0600) of its directory, made at the first start. */
export const loadIdentity = (agentDir: string, newId: () => string): Identity => {
  const file = join(agentDir, 'identity.json')
  const stored = readIdentity(file) ?? create(file, newId)
  const secret = Buffer.from(hkdfSync('sha256', stored.secret, '', 'coffer monitor accounts', 32))
  return {
    hostId: stored.hostId,
    signer: deriveSigner(stored.secret, 'coffer host messages'),
    monitorPassword: (nodeId) => createHmac('sha256', secret).update(nodeId).digest('base64url'),
  }
}

const readIdentity = (file: string): z.infer<typeof identitySchema> | null => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  try {
    return identitySchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(
      `${file} does not hold an agent's identity: restore it from a copy; without it, this host is another one to the control plane`,
      { cause },
    )
  }
}

const create = (file: string, newId: () => string): z.infer<typeof identitySchema> => {
  const identity = { hostId: parseHostId(newId()), secret: randomBytes(32).toString('base64url') }
  writeFileDurably(file, JSON.stringify(identity), 0o600)
  return identity
}
