import { mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import type { BackupId, NodeId } from '../../domain/ids.ts'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { dataKeyInfo, type SealingKey, sealingInfo, sealingKeyNumber } from '../../domain/values/sealing-key.ts'
import type { WallClock } from '../../kernel/clock.ts'
import { allEnded } from '../all-ended.ts'
import type { Facts } from '../journal/facts.ts'

/** The secret cannot be opened: its key was destroyed or never was here, or it was changed or meant for another user or instance. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable'
  readonly code = 'SECRET_UNREADABLE'
}

export interface SealingKeys {
  /** Those that no command has used yet, as many as there should be: missing ones are made and are on the disk. */
  offer(): Promise<readonly SealingKey[]>
  /** Opens a password of this user. Rejects with `SecretUnreadable`, whose message never shows what was sealed. */
  open(sealed: Sealed, nodeId: NodeId, user: string): Promise<string>
  /** Opens what a backup is encrypted by. Rejects as `open`. */
  openDataKey(sealed: Sealed, backupId: BackupId): Promise<Uint8Array>
  /** Destroys the key for good: whatever was sealed to it cannot be opened any more, by anybody. A repeat does no harm. */
  destroy(number: number): Promise<void>
  /** As `destroy`, and remembers for as long as a repeat may come that the work with what was sealed to it is done. */
  settle(number: number): Promise<void>
  /** Whether the work with what was sealed to these is done. */
  areSettled(numbers: readonly number[]): Promise<boolean>
  /** Calls back when so many keys were used that it is time for another offer. */
  onUsed(notify: () => void): void
}

export type SealingKeysDeps = { readonly facts: Facts; readonly clock: WallClock }

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

const offeredKeys = 128
const encapsulatedKeyBytes = 32
/**
 * A key that was passed over was claimed for something that was then not asked for: no command is under way for so long. Nor is a repeat of one whose key is
 * settled.
 */
const passedOverMs = 30 * 24 * 3_600_000
/** The highest number of a key that a command has used. */
const usedFact = 'sealing-key-used'

/**
 * The private keys of the host, in files of their own (mode 0600) whose removal leaves nothing behind: `<number>.<public key>` holds the
 * private key, 32 bytes, base64url, and `<number>.settled` stands for one that is not needed any more. Numbers follow the time, so that an agent that has lost its files goes on above them.
 */
export const openSealingKeys = async (directory: string, { facts, clock }: SealingKeysDeps): Promise<SealingKeys> => {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  let notifyUsed = (): void => {}
  let offering: Promise<readonly SealingKey[]> = Promise.resolve([])

  const used = (): number => Number(facts.get(usedFact) ?? 0)

  const list = async (): Promise<readonly SealingKey[]> =>
    (await readdir(directory))
      .flatMap((file) => {
        const [, number, publicKey] = /^([0-9]+)\.([A-Za-z0-9_-]{43})$/.exec(file) ?? []
        return number && publicKey ? [{ number: Number(number), publicKey }] : []
      })
      .sort((a, b) => a.number - b.number)

  const settled = async (): Promise<readonly number[]> =>
    (await readdir(directory)).flatMap((file) => {
      const [, number] = /^([0-9]+)\.settled$/.exec(file) ?? []
      return number ? [Number(number)] : []
    })

  const remove = async ({ number, publicKey }: SealingKey): Promise<void> => {
    await unlink(join(directory, `${number}.${publicKey}`))
    await syncDirectory(directory)
  }

  const make = async (number: number): Promise<SealingKey> => {
    const pair = await suite.kem.generateKeyPair()
    const [publicKey, privateKey] = await Promise.all([
      suite.kem.serializePublicKey(pair.publicKey).then(toBase64Url),
      suite.kem.serializePrivateKey(pair.privateKey).then(toBase64Url),
    ])
    await using file = await open(join(directory, `${number}.${publicKey}`), 'wx', 0o600)
    await file.writeFile(privateKey)
    await file.sync()
    return { number, publicKey }
  }

  const makeOffer = async (): Promise<readonly SealingKey[]> => {
    const [known, highestUsed] = [await list(), used()]
    const passedOver = known.filter(({ number }) => number < highestUsed && number < clock.now() - passedOverMs)
    for (const key of passedOver) await remove(key)
    for (const number of await settled()) {
      if (number < clock.now() - passedOverMs) await unlink(join(directory, settledFile(number)))
    }
    const free = known.filter(({ number }) => number > highestUsed)
    const first = Math.max(clock.now(), highestUsed + 1, (known.at(-1)?.number ?? 0) + 1)
    const missing = Array.from({ length: Math.max(0, offeredKeys - free.length) }, (_, index) => first + index)
    const made = await allEnded(...missing.map(make))
    if (made.length > 0) await syncDirectory(directory)
    return [...free, ...made]
  }

  const privateKeyOf = async (number: number): Promise<CryptoKey> => {
    const key = (await list()).find((each) => each.number === number)
    if (!key) throw new SecretUnreadable('the key that the secret was sealed to is not on this host any more')
    const text = await readFile(join(directory, `${number}.${key.publicKey}`), 'utf8')
    return suite.kem.importKey('raw', bytesOf(Buffer.from(text, 'base64url')), false)
  }

  const noteUse = async (number: number): Promise<void> => {
    if (number <= used()) return
    facts.set(usedFact, String(number))
    const free = (await list()).filter((key) => key.number > number)
    if (free.length < offeredKeys / 2) notifyUsed()
  }

  /** `to`: what else it may have been sealed for. */
  const unseal = async (sealed: Sealed, bound: string, to: string): Promise<ArrayBuffer> => {
    const number = sealingKeyNumber(sealed)
    if (number === null) throw new SecretUnreadable('the sealed secret does not name the key it was sealed to')
    const recipientKey = await privateKeyOf(number)
    await noteUse(number)
    const box = Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url')
    const enc = bytesOf(box.subarray(0, encapsulatedKeyBytes))
    const info = bytesOf(new TextEncoder().encode(bound))
    try {
      return await suite.open({ recipientKey, enc, info }, bytesOf(box.subarray(encapsulatedKeyBytes)))
    } catch (cause) {
      throw new SecretUnreadable(`the secret was changed since it was sealed, or was sealed for another ${to}`, {
        cause,
      })
    }
  }

  const destroy = async (number: number): Promise<void> => {
    for (const key of await list()) if (key.number === number) await remove(key)
  }

  return {
    offer: () => {
      offering = offering.then(makeOffer, makeOffer)
      return offering
    },
    open: async (sealed, nodeId, user) =>
      new TextDecoder().decode(await unseal(sealed, sealingInfo(nodeId, user), 'node or user')),
    openDataKey: async (sealed, backupId) => new Uint8Array(await unseal(sealed, dataKeyInfo(backupId), 'backup')),
    destroy,
    settle: async (number) => {
      await using file = await open(join(directory, settledFile(number)), 'w', 0o600)
      await file.sync()
      await syncDirectory(directory)
      await destroy(number)
    },
    areSettled: async (numbers) => {
      const done = await settled()
      return numbers.every((number) => done.includes(number))
    },
    onUsed: (notify) => {
      notifyUsed = notify
    },
  }
}

const settledFile = (number: number): string => `${number}.settled`

const toBase64Url = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64url')

const bytesOf = (view: Uint8Array): ArrayBuffer => new Uint8Array(view).buffer

const syncDirectory = async (directory: string): Promise<void> => {
  await using handle = await open(directory, 'r')
  await handle.sync()
}
