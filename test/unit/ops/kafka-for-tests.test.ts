import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isRoot, stranger } from '../../support/privileges.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('kafka-for-tests')
const distribution = new URL('../../support/kafka/distribution.ts', import.meta.url).href
const java = '#!/bin/sh\necho \'openjdk version "17.0.1"\' >&2\n'

/** A machine with these programs alone, each a shell script. */
const createMachine = (programs: Readonly<Record<string, string>>) => {
  const directory = temp.next()
  const bin = join(directory, 'bin')
  const home = join(directory, 'home')
  mkdirSync(bin, { recursive: true })
  mkdirSync(home)
  symlinkSync('/bin/sh', join(bin, 'sh'))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), text)
    chmodSync(join(bin, name), 0o755)
  }
  return {
    directory,
    home,
    why: async (account: Partial<typeof stranger> = {}): Promise<string | null> => {
      const script = `import { whyNoKafka } from ${JSON.stringify(distribution)}; console.log(JSON.stringify(await whyNoKafka()))`
      const env = { PATH: bin, HOME: home, TMPDIR: directory }
      const options = { env, cwd: '/', ...account }
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options)
      return JSON.parse(stdout)
    },
  }
}

const failingMaven = (calls: string): string => `#!/bin/sh
[ "$1" = -v ] && exit 0
echo called >> '${calls}'
printf '\\033[0m[ERROR] Failed to execute goal copy-dependencies: Connection refused\\n'
echo '[ERROR] '
echo '[ERROR] For more information, read the articles'
exit 1
`

describe('a machine that is to test on Kafka', () => {
  it('says that it needs Java', async () => {
    expect(await createMachine({}).why()).toMatch(/^needs Java 17 or later/)
    const old = createMachine({ java: java.replace('17.0.1', '11.0.2') })
    expect(await old.why()).toMatch(/^needs Java 17 or later/)
  })

  it('says that it needs Maven', async () => {
    expect(await createMachine({ java }).why()).toMatch(/^needs Maven/)
  })

  it('repeats what Maven says in one line, and does not ask Maven again for every file', async () => {
    const machine = createMachine({ java })
    const calls = join(machine.directory, 'calls')
    const mvn = join(machine.directory, 'bin', 'mvn')
    writeFileSync(mvn, failingMaven(calls))
    chmodSync(mvn, 0o755)
    const reason = 'Kafka could not be fetched: Failed to execute goal copy-dependencies: Connection refused'
    expect(await machine.why()).toBe(reason)
    expect(await machine.why()).toBe(reason)
    expect(readFileSync(calls, 'utf8')).toBe('called\n')
  })

  it.skipIf(!isRoot)('keeps Kafka among the temporary files if the home cannot be written (needs root)', async () => {
    const fetched = createMachine({ java, mvn: '#!/bin/sh\nexit 0\n' })
    chmodSync(fetched.home, 0o500)
    chmodSync(fetched.directory, 0o777)
    chmodSync(dirname(fetched.directory), 0o755)
    expect(await fetched.why(stranger)).toBe(null)
    expect(existsSync(join(fetched.directory, `coffer-cache-${stranger.uid}`, 'kafka-4.4.0'))).toBe(true)
  })
})
