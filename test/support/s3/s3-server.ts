import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetched, fetchOnce, fetchWith, hasProgram } from '../fetch-once.ts'
import { freePort } from '../free-ports.ts'
import { whyNoJava } from '../kafka/distribution.ts'
import { waitFor } from '../wait-for.ts'

const version = '4.1.0'
const name = `s3proxy-${version}`
/** Without it, every byte that passes is logged. */
const logback = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`
const javaOptions = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']

/** A real server of the S3 protocol, with one bucket, which checks signatures. */
export type S3Server = {
  readonly port: number
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The folder with the objects of the bucket, as plain files. */
  readonly folder: string
  readonly dispose: () => Promise<void>
}

/** What keeps this machine from running one, or null: as `whyNoKafka`. */
export const whyNoS3Server = async (): Promise<string | null> => {
  const noJava = await whyNoJava()
  if (noJava !== null) return noJava
  if ((await fetched(name)).present) return null
  if (!(await hasProgram('mvn', '-v'))) return 'needs Maven (maven)'
  return libraries().then(
    () => null,
    (error: Error) => `S3Proxy could not be fetched: ${error.message}`,
  )
}

const libraries = (): Promise<string> =>
  fetchOnce(name, (draft) =>
    fetchWith('mvn', [
      ...['-q', '-B', '-f', join(import.meta.dirname, 'pom.xml'), 'dependency:copy-dependencies'],
      ...[`-DoutputDirectory=${draft}`, `-Ds3proxy.version=${version}`, '-DincludeScope=runtime'],
    ]),
  )

export const startS3Server = async (): Promise<S3Server> => {
  const jars = await libraries()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-s3-'))
  const [port, bucket] = [await freePort(), 'backups']
  const [accessKeyId, secretAccessKey] = ['tests', randomBytes(16).toString('hex')]
  // A bucket is a folder.
  const folder = join(directory, 'objects', bucket)
  await mkdir(folder, { recursive: true })
  const properties = {
    's3proxy.endpoint': `http://127.0.0.1:${port}`,
    's3proxy.authorization': 'aws-v4',
    's3proxy.identity': accessKeyId,
    's3proxy.credential': secretAccessKey,
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.filesystem.basedir': join(directory, 'objects'),
  }
  const settings = join(directory, 's3proxy.conf')
  await writeFile(
    settings,
    Object.entries(properties).map((entry) => `${entry.join('=')}\n`),
    { mode: 0o600 },
  )
  const logging = join(directory, 'logback.xml')
  await writeFile(logging, logback)
  const server = spawn(
    'java',
    [
      ...javaOptions,
      `-Dlogback.configurationFile=${logging}`,
      '-cp',
      join(jars, '*'),
      'org.gaul.s3proxy.Main',
      '--properties',
      settings,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(server, 'exit')
  await waitFor('the S3 server to answer', async () => {
    if (server.exitCode !== null) throw new Error(`the S3 server ended: ${output}`)
    return fetch(`http://127.0.0.1:${port}/`).then(
      ({ status }) => status < 500,
      () => false,
    )
  })
  return {
    port,
    bucket,
    region: 'us-east-1',
    accessKeyId,
    secretAccessKey,
    folder,
    dispose: async () => {
      server.kill('SIGKILL')
      await ended
      await rm(directory, { recursive: true, force: true })
    },
  }
}
