import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../ops/config.ts'
import { programDir } from '../../../../ops/program-info.ts'
import { agentUnits, controlRoles, deployDir, readDeployed, readRunbook } from './deployment.ts'

/** The values of each key, in order. */
const readUnit = (name: string): ReadonlyMap<string, readonly string[]> => {
  const values = new Map<string, readonly string[]>()
  for (const [, key = '', value = ''] of readDeployed(`systemd/${name}`).matchAll(/^([A-Za-z]+)=(.*)$/gm)) {
    values.set(key, [...(values.get(key) ?? []), value])
  }
  return values
}

/** Each of these gives a unit a mount namespace, or forbids devices. From systemd.exec(5) and systemd.resource-control(5). */
const hidingVolumes =
  /^(Protect(System|Home|KernelTunables|KernelModules|KernelLogs|ControlGroups|Proc|Clock)|Private(Tmp|Devices|Mounts)|(ReadWrite|ReadOnly|Inaccessible|Exec|NoExec)Paths|Bind(ReadOnly)?Paths|TemporaryFileSystem|Root(Directory|Image)|MountFlags|DynamicUser|DevicePolicy|DeviceAllow)$/

type Unit = ReturnType<typeof readUnit>

/** Those of the program that a unit starts. */
const filesOf = (unit: Unit): readonly string[] =>
  [...(unit.get('ExecStart')?.[0] ?? '').matchAll(/\/opt\/coffer\/(\S+)/g)].map(([, file = '']) => file)

const environmentOf = (unit: Unit): Readonly<Record<string, string>> =>
  readVariables((unit.get('Environment')?.[0] ?? '').split(' '))

const readVariables = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^\s*([A-Z_]+)=(.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )

describe.each(agentUnits)('%s', (name) => {
  const unit = readUnit(name)
  const first = (key: string): string | undefined => unit.get(key)?.[0]

  it('ends the agent alone, orderly, and brings it back', () => {
    expect(first('KillMode')).toBe('process')
    expect(first('Restart')).toBe('always')
    expect(first('OOMPolicy')).toBe('continue')
    expect(Number(first('TimeoutStopSec')) * 1000).toBeGreaterThan(loadConfig({}).config.stopTimeoutMs)
  })

  it('runs the agent, from files that are there, and has it keep its databases', () => {
    const files = filesOf(unit)
    expect(files).toContain('ops/main.ts')
    expect(files.filter((file) => !existsSync(join(programDir, file)))).toEqual([])
    expect(first('ExecStart')).toMatch(/--role agent$/)
    const { config, warnings } = loadConfig({
      ...environmentOf(unit),
      COFFER_ROLES: 'agent',
      COFFER_KAFKA_BROKERS: 'kafka.example.org:9094',
    })
    expect(warnings).toEqual([])
    expect(config).toMatchObject({ enginesOnStop: 'keep', mode: 'production', dataDir: '/var/lib/coffer' })
  })
})

describe('the units of root and of others', () => {
  it('leaves the volumes that root mounts visible to the next agent', () => {
    expect([...readUnit('coffer-agent.service').keys()].filter((key) => hidingVolumes.test(key))).toEqual([])
  })

  it('gives an agent without root no capability, and a read-only system', () => {
    const unit = readUnit('coffer-agent-unprivileged.service')
    expect(unit.get('CapabilityBoundingSet')).toEqual([''])
    expect(unit.get('ProtectSystem')).toEqual(['strict'])
    expect(unit.get('User')).toEqual(['coffer'])
    // It would be emptied under databases that run on.
    expect(unit.has('PrivateTmp')).toBe(false)
  })
})

describe.each(controlRoles)('the unit of a %s', (role) => {
  const unit = readUnit(`coffer-${role}.service`)
  const first = (key: string): string | undefined => unit.get(key)?.[0]

  it('runs that role from files that are there, and restarts it after an orderly stop', () => {
    expect(filesOf(unit)).toContain('ops/main.ts')
    expect(filesOf(unit).filter((file) => !existsSync(join(programDir, file)))).toEqual([])
    expect(first('ExecStart')).toMatch(new RegExp(`--role ${role}$`))
    expect(first('Restart')).toBe('always')
    expect(Number(first('TimeoutStopSec')) * 1000).toBeGreaterThan(loadConfig({}).config.stopTimeoutMs)
  })

  it('accepts the files that the runbook has the operator write, and no role gets secrets that it has no use for', () => {
    const [control = '', api = '', saga = ''] = iniBlocks(readRunbook('control-plane-without-containers.md'))
    const files = unit.get('EnvironmentFile') ?? []
    expect(files).toContain('/etc/coffer/control.env')
    expect(files.includes('/etc/coffer/api.env')).toBe(role === 'api')
    expect(files.includes('/etc/coffer/saga.env')).toBe(role === 'saga')
    expect(control).not.toMatch(/MASTER_KEY|ADMIN_TOKEN/)
    expect(saga).not.toMatch(/ADMIN_TOKEN/)
    const written = filledIn(control + (role === 'api' ? api : role === 'saga' ? saga : ''))
    const environment = { ...environmentOf(unit), ...readVariables(written.split('\n')), COFFER_ROLES: role }
    const { config, warnings } = loadConfig(environment)
    expect(warnings).toEqual([])
    expect(config).toMatchObject({ roles: [role], mode: 'production', dataDir: `/var/lib/${first('StateDirectory')}` })
  })

  it('gives an account of its own no capability, and a read-only system', () => {
    expect(unit.get('CapabilityBoundingSet')).toEqual([''])
    expect(unit.get('ProtectSystem')).toEqual(['strict'])
    expect(unit.get('NoNewPrivileges')).toEqual(['yes'])
    expect(first('User')).not.toBe(readUnit('coffer-agent-unprivileged.service').get('User')?.[0])
  })
})

/** What stands in ```ini blocks. */
const iniBlocks = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^ *```ini\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block)

const filledIn = (text: string): string =>
  text
    .replaceAll(/<(\d+) characters>/g, (_, count: string) => 'x'.repeat(Number(count)))
    .replaceAll('<password>', 'secret')

it('every role has a unit, each with a port and a directory of its own', () => {
  const names = [...agentUnits, ...controlRoles.map((role) => `coffer-${role}.service`)]
  expect(readdirSync(join(deployDir, 'systemd')).toSorted()).toEqual(names.toSorted())
  const own = controlRoles.map((role) => environmentOf(readUnit(`coffer-${role}.service`)))
  for (const variable of ['COFFER_PORT', 'COFFER_DATA_DIR']) {
    expect(new Set(own.map((environment) => environment[variable])).size).toBe(controlRoles.length)
  }
})
