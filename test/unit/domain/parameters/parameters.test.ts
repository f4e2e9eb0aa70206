import { describe, expect, it } from 'vitest'
import { whyNotSettable } from '../../../../domain/configuration/settable.ts'
import {
  type ParametersCommand,
  parameters,
  parametersEvents,
  parametersIdOf,
} from '../../../../domain/parameters/index.ts'
import { exampleParameter } from '../../../support/example-parameter.ts'
import { specOf } from '../../../support/spec.ts'

const { given } = specOf(parameters, parametersEvents)
const read = {
  datastore: 'postgresql' as const,
  version: '17.10',
  format: 1,
  parameters: [exampleParameter('work_mem')],
}
const record = (facts: Partial<ParametersCommand> = {}): ParametersCommand => ({
  type: 'RecordParameters',
  ...read,
  ...facts,
})

describe('the parameters of a version', () => {
  it('are what the first host tells of them', () => {
    given().when(record()).thenEvents({ type: 'ParametersRead', data: read })
  })

  it('stay so, whatever another host tells, until more is asked of an engine', () => {
    const told = given({ type: 'ParametersRead', data: read })
    const others = [exampleParameter('shared_buffers')]
    told.when(record({ parameters: others })).thenNothing()
    told
      .when(record({ parameters: others, format: 2 }))
      .thenEvents({ type: 'ParametersRead', data: { ...read, format: 2, parameters: others } })
  })

  it('are known by an exact version', () => {
    expect(parametersIdOf('mariadb', '10.11.19')).toBe('mariadb-10.11.19')
    for (const version of ['', '17', '17.x', '17.10-1']) expect(() => parametersIdOf('postgresql', version)).toThrow()
  })
})

describe('a parameter', () => {
  it.each([
    ['postgresql', 'port', /where the engine listens/],
    ['postgresql', 'ssl_cert_file', /TLS/],
    ['postgresql', 'data_directory', /files/],
    ['postgresql', 'log_line_prefix', /log/],
    ['postgresql', 'fsync', /survives a crash/],
    ['postgresql', 'shared_preload_libraries', /libraries/],
    ['mariadb', 'datadir', /files/],
    ['mariadb', 'ssl_key', /TLS/],
    ['mariadb', 'wsrep_provider', /replication/],
    ['redis', 'tls-port', /TLS/],
    ['redis', 'maxmemory', /memory of the flavor/],
    ['redis', 'appendonly', /survives a crash/],
  ] as const)('of %s that is ours cannot be set: %s', (datastore, name, why) => {
    expect(whyNotSettable(datastore, exampleParameter(name))).toMatch(why)
  })

  it('cannot be set where the engine only tells it, or where it is a text that nobody has looked at', () => {
    expect(whyNotSettable('postgresql', exampleParameter('block_size', { readOnly: true }))).toMatch(/does not take/)
    expect(whyNotSettable('postgresql', exampleParameter('new_in_19', { type: 'text' }))).toMatch(/text/)
    expect(whyNotSettable('postgresql', exampleParameter('search_path', { type: 'text' }))).toBeNull()
    expect(whyNotSettable('postgresql', exampleParameter('work_mem'))).toBeNull()
  })
})
