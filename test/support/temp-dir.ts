import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

export type TempDir = {
  readonly path: string
  /** A path inside that nobody else was given. */
  next(): string
}

/** A directory for one test file (or one `describe`), removed with all that is in it after the last of its tests. */
export const createTempDir = (label: string): TempDir => {
  const path = mkdtempSync(join(tmpdir(), `coffer-${label}-`))
  let given = 0
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return { path, next: () => join(path, `${++given}`) }
}
