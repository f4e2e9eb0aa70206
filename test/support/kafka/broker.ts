import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../free-ports.ts'
import { waitFor } from '../wait-for.ts'
import { type KafkaVersion, kafkaLibraries, kafkaVersions } from './distribution.ts'

const startTimeoutMs = 120_000
const stopTimeoutMs = 30_000

export type KafkaBrokerOptions = {
  readonly version?: KafkaVersion
  /**
   * Offers a further listener, with TLS and SASL by every mechanism the client knows, to these users by their passwords. Both texts are PEM.
   * `asksAcls`: they may do nothing until an ACL allows it; who comes by another listener may do everything.
   */
  readonly secure?: {
    readonly certificate: string
    readonly key: string
    readonly users: Readonly<Record<string, string>>
    readonly asksAcls?: true
  }
}

export type KafkaBroker = {
  /** `host:port` for clients without TLS and credentials. */
  readonly address: string
  readonly secureAddress: string
  /** For clients that use `proxied.address`: they are sent to `clientsPort`, where a test puts a link to `server`. */
  readonly proxied: {
    readonly address: string
    readonly clientsPort: number
    readonly server: { readonly host: string; readonly port: number }
  }
  /** Ends the process; what it stored stays for the next `start`. */
  halt(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
  /** Stops the process from running without closing a connection, and lets it go on. */
  freeze(): void
  thaw(): void
  /** While it is halted: all that it stored is gone at the next `start`. */
  empty(): Promise<void>
  /** Of all users of the secure listener, from the next `start` on. While it is halted; all that it stored is gone. */
  setPassword(password: string): Promise<void>
  /** Ends the process and removes what it stored. */
  dispose(): Promise<void>
}

const scramMechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** Small and quick to start: this serves a few topics of one test run. */
const javaOptions = ['-Xmx256m', '-Xms64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']

/** A real Apache Kafka in KRaft mode, one node that is broker and controller, on free ports with a directory of its own. */
export const startKafkaBroker = async (options: KafkaBrokerOptions = {}): Promise<KafkaBroker> => {
  const libraries = await kafkaLibraries(options.version ?? kafkaVersions.current)
  const directory = await mkdtemp(join(tmpdir(), 'coffer-kafka-'))
  const [plain = 0, controller = 0, secure = 0, proxied = 0, proxy = 0] = await freePorts(5)
  const settings = join(directory, 'server.properties')
  const logFile = join(directory, 'server.log')
  const java = (program: string, ...args: string[]): readonly string[] => [
    ...javaOptions,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    join(libraries, '*'),
    program,
    ...args,
  ]
  let server: ChildProcess | undefined

  const halt = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill(signal)
    const late = setTimeout(() => server?.kill('SIGKILL'), stopTimeoutMs)
    await exited
    clearTimeout(late)
  }

  const start = async (): Promise<void> => {
    // With `setpriv` the kernel ends the server when the test process dies, however that happens.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'java', ...java('kafka.Kafka', settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    server = child
    const output = createWriteStream(logFile, { flags: 'a' })
    child.stdout.pipe(output, { end: false })
    child.stderr.pipe(output, { end: false })
    child.once('exit', () => output.end())
    const isUp = async () => {
      if (child.exitCode !== null) throw new Error(`Kafka did not start:\n${await readFile(logFile, 'utf8')}`)
      return answers(plain)
    }
    await waitFor('Kafka to listen', isUp, startTimeoutMs)
  }

  const writeSettings = (own: KafkaBrokerOptions): Promise<void> =>
    writeFile(settings, properties({ directory, plain, controller, secure, proxied, proxy }, own), { mode: 0o600 })

  const dispose = async (): Promise<void> => {
    await halt('SIGKILL')
    await rm(directory, { recursive: true, force: true })
  }

  const format = async (own: KafkaBrokerOptions): Promise<void> => {
    await rm(join(directory, 'data'), { recursive: true, force: true })
    await writeSettings(own)
    // Joined to its option: every 64th begins with a dash.
    const clusterId = `--cluster-id=${randomBytes(16).toString('base64url')}`
    // Passwords on a command line, which are of this test alone: there is no other way to have one from the start.
    const scram = Object.entries(own.secure?.users ?? {}).flatMap(([name, password]) =>
      scramMechanisms.map((mechanism) => `--add-scram=${mechanism}=[name=${name},password=${password}]`),
    )
    await promisify(execFile)('java', [
      ...java('kafka.tools.StorageTool', 'format', clusterId, '-c', settings, ...scram),
    ])
  }

  try {
    await format(options)
    await start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    address: `127.0.0.1:${plain}`,
    secureAddress: `localhost:${secure}`,
    proxied: { address: `127.0.0.1:${proxy}`, clientsPort: proxy, server: { host: '127.0.0.1', port: proxied } },
    halt,
    start,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    empty: () => format(options),
    setPassword: async (password) => {
      if (options.secure === undefined) throw new Error('this broker asks for no password')
      const users = Object.fromEntries(Object.keys(options.secure.users).map((name) => [name, password]))
      await format({ ...options, secure: { ...options.secure, users } })
    },
    dispose,
  }
}

type Ports = Record<'plain' | 'controller' | 'secure' | 'proxied' | 'proxy', number>

const properties = (at: Ports & { directory: string }, { secure }: KafkaBrokerOptions): string => {
  const listeners = [
    { name: 'PLAIN', listens: at.plain, advertised: `127.0.0.1:${at.plain}`, protocol: 'PLAINTEXT' },
    { name: 'PROXIED', listens: at.proxied, advertised: `127.0.0.1:${at.proxy}`, protocol: 'PLAINTEXT' },
    ...(secure
      ? [{ name: 'SECURE', listens: at.secure, advertised: `localhost:${at.secure}`, protocol: 'SASL_SSL' }]
      : []),
  ]
  const own: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${at.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: [...listeners.map(({ name, listens }) => `${name}://127.0.0.1:${listens}`)]
      .concat(`CONTROLLER://127.0.0.1:${at.controller}`)
      .join(','),
    'advertised.listeners': listeners.map(({ name, advertised }) => `${name}://${advertised}`).join(','),
    'listener.security.protocol.map': [
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(','),
    'inter.broker.listener.name': 'PLAIN',
    'log.dirs': join(at.directory, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    'num.network.threads': 2,
    'num.io.threads': 2,
  }
  if (secure) {
    const modules = 'org.apache.kafka.common.security'
    const users = Object.entries(secure.users)
    const passwords = users.map(([name, password]) => `user_${name}="${password}"`).join(' ')
    Object.assign(own, {
      'listener.name.secure.ssl.keystore.type': 'PEM',
      'listener.name.secure.ssl.keystore.certificate.chain': oneLine(secure.certificate),
      'listener.name.secure.ssl.keystore.key': oneLine(secure.key),
      'listener.name.secure.sasl.enabled.mechanisms': ['PLAIN', ...scramMechanisms].join(','),
      'listener.name.secure.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required ${passwords};`,
      ...Object.fromEntries(
        scramMechanisms.map((mechanism) => [
          `listener.name.secure.${mechanism.toLowerCase()}.sasl.jaas.config`,
          `${modules}.scram.ScramLoginModule required;`,
        ]),
      ),
      ...(secure.asksAcls && {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      }),
    })
  }
  return Object.entries(own)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** As a value in a properties file. */
const oneLine = (text: string): string => text.trim().replaceAll('\n', '\\n')

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
