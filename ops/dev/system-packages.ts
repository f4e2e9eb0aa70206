import { spawnSync } from 'node:child_process'

/** Programs that some tests use, and the Debian packages that have them. */
const wanted = [
  { program: 'psql', package: 'postgresql-client', use: 'tests that log in with psql' },
  { program: 'java', package: 'openjdk-17-jre-headless', use: 'tests on a Kafka of their own' },
  { program: 'mvn', package: 'maven', use: 'tests on a Kafka of their own' },
  { program: 'nginx', package: 'nginx-light', use: 'tests of streams through a proxy' },
  { program: 'unzip', package: 'unzip', use: 'tests of added engines' },
  { program: 'make', package: 'make', use: 'tests of engines from source' },
  { program: 'mkfs.ext4', package: 'e2fsprogs', use: 'tests of volumes on loop devices' },
  { program: 'zsh', package: 'zsh', use: 'a test of completion' },
  { program: 'fish', package: 'fish', use: 'a test of completion' },
  { program: 'chromium', package: 'chromium', use: 'a test of GraphiQL in a browser' },
] as const

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`], { stdio: 'ignore' }).status === 0

const apt = (...args: readonly string[]): boolean =>
  spawnSync('apt-get', ['-qq', ...args], {
    stdio: 'ignore',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

/** Installs what is missing where that is ours to do (root, with apt), and says what stays missing. */
export const installSystemPackages = (say: (text: string) => void): void => {
  const missing = wanted.filter(({ program }) => !has(program))
  if (missing.length === 0) return
  const names = missing.map(({ package: name }) => name)
  if (process.getuid?.() === 0 && has('apt-get')) {
    say(`installing ${names.join(', ')} for the tests ...`)
    if (!apt('install', '-y', ...names)) {
      apt('update')
      apt('install', '-y', ...names)
    }
  }
  for (const { program, package: name, use } of missing) {
    if (!has(program)) say(`${program} is missing: ${use} are skipped (apt-get install ${name})`)
  }
}
