import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeyUnreadable, type WrappedKeys } from '../../commands/ports/key-store.ts'
import { createKeyStore } from '../../commands/secrets/key-store.ts'

/** What every adapter keeps. The factory gives keys that others may use as well, and what to do with them afterwards. */
export const wrappedKeysContract = (
  name: string,
  create: () => Promise<{ readonly keys: WrappedKeys; readonly dispose: () => Promise<void> }>,
) => {
  describe(`${name} keeps wrapped keys`, () => {
    let opened: Awaited<ReturnType<typeof create>>
    beforeAll(async () => {
      opened = await create()
    })
    afterAll(() => opened.dispose())

    it('has none of a subject that was never told', async () => {
      expect(await opened.keys.get(randomUUID())).toBeNull()
    })

    it('keeps the first, whoever comes with another', async () => {
      const { keys } = opened
      const subject = randomUUID()
      expect(await keys.add(subject, 'one')).toBe('one')
      expect(await keys.add(subject, 'other')).toBe('one')
      expect(await keys.get(subject)).toBe('one')
      const racing = randomUUID()
      const answers = await Promise.all(['a', 'b', 'c'].map((wrapped) => keys.add(racing, wrapped)))
      expect(new Set(answers).size).toBe(1)
      expect(await keys.get(racing)).toBe(answers[0])
    })

    it('has nothing of one that was removed, and takes another', async () => {
      const { keys } = opened
      const [subject, beside] = [randomUUID(), randomUUID()]
      await keys.add(subject, 'one')
      await keys.add(beside, 'kept')
      await keys.remove(subject)
      await keys.remove(subject)
      await keys.remove(randomUUID())
      expect(await keys.get(subject)).toBeNull()
      expect(await keys.get(beside)).toBe('kept')
    })

    it('gives data keys again to who has the same master key, and to nobody else', async () => {
      const { keys } = opened
      const masterKey = randomBytes(32)
      const store = createKeyStore(masterKey, keys)
      const subject = randomUUID()
      expect(await store.find(subject)).toBeNull()
      const made = await store.ensure(subject)
      expect(made.byteLength).toBe(32)
      expect(await store.ensure(subject)).toEqual(made)
      expect(await createKeyStore(masterKey, keys).find(subject)).toEqual(made)
      expect(Buffer.from((await keys.get(subject)) ?? '', 'base64url').includes(Buffer.from(made))).toBe(false)
      await expect(createKeyStore(randomBytes(32), keys).find(subject)).rejects.toThrow(KeyUnreadable)
      // The wrapped key of another subject does not stand for it.
      const other = randomUUID()
      await keys.add(other, (await keys.get(subject)) ?? '')
      await expect(store.find(other)).rejects.toThrow(KeyUnreadable)
      await store.remove(subject)
      expect(await store.find(subject)).toBeNull()
    })
  })
}
