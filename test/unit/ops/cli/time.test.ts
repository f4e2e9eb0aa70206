import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const time = new URL('../../../../ops/cli/time.ts', import.meta.url).href
const shown = (zone: string, name: string): string => {
  const script = `import { ${name} } from ${JSON.stringify(time)}; process.stdout.write(${name}('2026-03-01T11:00:05.007Z'))`
  const env = { ...process.env, TZ: zone }
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' })
}

describe('a time', () => {
  it('is local, and says how far from UTC', () => {
    expect(shown('Europe/Berlin', 'localTime')).toBe('2026-03-01 12:00:05+01:00')
    expect(shown('America/St_Johns', 'localTime')).toBe('2026-03-01 07:30:05-03:30')
    expect(shown('UTC', 'exactLocalTime')).toBe('2026-03-01 11:00:05.007Z')
  })
})
