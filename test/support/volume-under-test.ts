import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentConfig } from '../../agent/config.ts'
import { createPostgresqlDriver } from '../../agent/engines/postgresql/driver.ts'
import { sealPassword } from '../../commands/secrets/seal.ts'
import type { GuestPayload } from '../../domain/guest/command.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import type { NodeId } from '../../domain/ids.ts'
import { engineFactsOf, newNodeId, openTestHost, type TestHost } from './agent-host.ts'
import type { Login } from './postgresql-client.ts'
import { quietKernel } from './quiet-kernel.ts'

const nodeModules = join(import.meta.dirname, '../../node_modules')
const password = 'a long enough password'

export type HealthReport = Extract<AgentReport, { type: 'health' }>

/** A PostgreSQL with a volume of 1 GiB, on an agent of its own, and a client of it. */
export type VolumeUnderTest = {
  readonly host: TestHost
  readonly nodeId: NodeId
  readonly login: Login
  /** As the control plane asks for it; throws when it fails. */
  readonly ask: (payload: GuestPayload, epoch?: number) => Promise<void>
  readonly running: (generation: number) => GuestPayload
  readonly healthReports: () => readonly HealthReport[]
  /** The first report that fits. */
  readonly health: (fits: (report: HealthReport) => boolean) => Promise<HealthReport>
  /** Takes all of the volume but for so much, with a file that no engine knows of. */
  readonly leave: (mebibytes: number) => void
  /** The same for the number of files. */
  readonly leaveFiles: (count: number) => void
}

export const openVolumeUnderTest = async (
  kind: 'loop' | 'directory',
  config: Partial<AgentConfig> = {},
): Promise<VolumeUnderTest> => {
  const host = await openTestHost({
    config: { volumes: kind, ...config },
    driver: () =>
      createPostgresqlDriver({
        searchPaths: { nodeModules: [nodeModules], buildRoots: [], systemRoots: [], binDirs: [] },
        ...quietKernel,
      }),
  })
  const nodeId = newNodeId()
  const { description } = await host.start()
  const running = (generation: number): GuestPayload => ({
    kind: 'engine-running',
    generation,
    spec: {
      datastore: 'postgresql',
      version: description.engines[0]?.version ?? '',
      // The flavor's brand is put on by the schema when the command is sent.
      flavor: 'small' as never,
      vcpus: 1,
      memoryMiB: 256,
      volumeGiB: 1,
    },
  })
  const ask: VolumeUnderTest['ask'] = async (payload, epoch = 1) => {
    const result = await host.ask(description, nodeId, payload, { epoch })
    if (result.type === 'failed') throw new Error(`${payload.kind} failed: ${JSON.stringify(result.fault)}`)
  }
  await ask({ kind: 'volume-ready', sizeGiB: 1 })
  const started = await host.ask(description, nodeId, running(0))
  const facts = engineFactsOf(started)
  if (!facts) throw new Error(`no engine: ${JSON.stringify(started)}`)
  const { endpoint, caCertificate: ca } = facts
  const sealedPassword = await sealPassword(await host.sealingKey(), { nodeId, user: 'app', password })
  const users = [{ name: 'app', databases: ['app'], sealedPassword }]
  await ask({ kind: 'accounts-ready', databases: [{ name: 'app' }], users })
  await ask({ kind: 'endpoint-verified', users })
  const volume = host.place(nodeId, 'volume')
  const healthReports = () => host.plane.reports.flatMap((report) => (report.type === 'health' ? [report] : []))
  return {
    host,
    nodeId,
    login: { endpoint, user: 'app', password, database: 'app', ca },
    ask,
    running,
    healthReports,
    health: async (fits) => {
      const found = await host.plane.report((report) => report.type === 'health' && fits(report))
      if (found.type !== 'health') throw new Error('the report is none of health')
      return found
    },
    leave: (mebibytes) => {
      const available = kind === 'loop' ? availableMiB(volume) : 1024 - takenMiB(volume)
      execFileSync('fallocate', ['--length', `${available - mebibytes}MiB`, join(volume, 'ballast')])
    },
    leaveFiles: (count) => {
      const ballast = join(volume, 'ballast')
      mkdirSync(ballast)
      const surplus = statfsSync(volume).ffree - count
      for (let file = 0; file < surplus; file += 1) writeFileSync(join(ballast, String(file)), '')
    },
  }
}

const mib = 1024 ** 2

const availableMiB = (path: string): number =>
  Math.floor((Number(execFileSync('stat', ['--file-system', '--format', '%a', path])) * 4096) / mib)

const takenMiB = (path: string): number =>
  Math.ceil(Number(execFileSync('du', ['--summarize', '--block-size=1M', path], { encoding: 'utf8' }).split('\t')[0]))

/** How often the engine said that it starts. */
export const startsOf = ({ host, nodeId }: VolumeUnderTest): number => {
  const directory = host.place(nodeId, 'log')
  const text = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  return text.join('\n').split('database system is ready to accept connections').length - 1
}
