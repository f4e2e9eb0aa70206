import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../../ops/config.ts'
import { programDir } from '../../../../ops/program-info.ts'
import { readDeployed, unitNames } from './deployment.ts'

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

describe.each(unitNames)('%s', (name) => {
  const unit = readUnit(name)
  const first = (key: string): string | undefined => unit.get(key)?.[0]

  it('ends the agent alone, orderly, and brings it back', () => {
    expect(first('KillMode')).toBe('process')
    expect(first('Restart')).toBe('always')
    expect(first('OOMPolicy')).toBe('continue')
    expect(Number(first('TimeoutStopSec')) * 1000).toBeGreaterThan(loadConfig({}).config.stopTimeoutMs)
  })

  it('runs the agent, from files that are there, and has it keep its databases', () => {
    const files = [...(first('ExecStart') ?? '').matchAll(/\/opt\/coffer\/(\S+)/g)].map(([, file = '']) => file)
    expect(files).toContain('ops/main.ts')
    expect(files.filter((file) => !existsSync(join(programDir, file)))).toEqual([])
    expect(first('ExecStart')).toMatch(/--role agent$/)
    const environment = Object.fromEntries((first('Environment') ?? '').split(' ').map((each) => each.split('=')))
    const { config, warnings } = loadConfig({
      ...environment,
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
