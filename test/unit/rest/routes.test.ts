import { describe, expect, it } from 'vitest'
import { rejections } from '../../../domain/rejection.ts'
import { absentCommands, absentRoutes } from '../../../rest/absent-routes.ts'
import { answerOfFault, faultOfRejection } from '../../../rest/fault.ts'
import { formatOf } from '../../../rest/formats.ts'
import { troveStatus } from '../../../rest/nouns/instance-shape.ts'
import { matchPath, shapeOf } from '../../../rest/route.ts'
import { routes } from '../../../rest/routes.ts'

const all = [...routes, ...absentRoutes]
const name = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`

describe('the calls', () => {
  it('are each there once', () => {
    expect(new Set(all.map(name)).size).toBe(all.length)
  })

  it.each(all.map((route) => [name(route), route] as const))('%s is not hidden by one before it', (_name, route) => {
    const first = all.find(
      ({ method, path }) => method === route.method && matchPath(shapeOf(path), route.path.split('/')) !== null,
    )
    expect(first && name(first)).toBe(name(route))
  })

  it('that are not there serve no command that another call serves', () => {
    const here = new Set(routes.flatMap(({ serves }) => serves))
    expect(Object.keys(absentCommands).filter((command) => here.has(command))).toEqual([])
  })
})

describe('a path', () => {
  it('has a value where the shape has a place', () => {
    const match = (shape: string, path: string) => matchPath(shapeOf(shape), path.split('/'))
    expect(match('/instances/{instance}/databases/{database}', '/instances/i/databases/d%2F1')).toEqual({
      instance: 'i',
      database: 'd%2F1',
    })
    expect(match('/instances/{instance}', '/instances/')).toBeNull()
    expect(match('/instances/{instance}', '/instances/i/root')).toBeNull()
  })
})

describe('the format of an answer', () => {
  const id = '01a229b3-115c-70d7-84d1-f07f8c5f8adb'
  it.each([
    ['/v1.0/p/instances', null, 'json', '/v1.0/p/instances'],
    ['/v1.0/p/instances', 'application/xml', 'xml', '/v1.0/p/instances'],
    ['/v1.0/p/instances', 'application/vnd.openstack.trove+xml', 'xml', '/v1.0/p/instances'],
    ['/v1.0/p/instances', 'application/xml;q=0.5, application/json', 'json', '/v1.0/p/instances'],
    ['/v1.0/p/instances', 'application/xml;q=0', 'json', '/v1.0/p/instances'],
    ['/v1.0/p/instances', 'text/html, */*', 'json', '/v1.0/p/instances'],
    ['/v1.0/p/instances.xml', 'application/json', 'xml', '/v1.0/p/instances'],
    [`/v1.0/p/instances/${id}.json`, 'application/xml', 'json', `/v1.0/p/instances/${id}`],
    ['/v1.0/p/instances/i/users/Ann.xml', null, 'json', '/v1.0/p/instances/i/users/Ann.xml'],
  ])('%s accepted as %s is %s', (path, accept, format, rest) => {
    expect(formatOf(path, accept)).toEqual({ format, path: rest })
  })
})

describe('a refusal', () => {
  it.each(Object.keys(rejections) as (keyof typeof rejections)[])('%s has a status and keeps its code', (code) => {
    const { status, body } = answerOfFault(faultOfRejection({ code, message: 'why', field: 'name' }), 'r1')
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(Object.values(body ?? {})).toEqual([
      { code: status, message: 'why', error_code: code, field: 'name', request_id: 'r1' },
    ])
  })

  it('tells all that is wrong in its message', () => {
    const fault = faultOfRejection({
      code: 'INVALID_INPUT',
      message: 'one',
      alsoWrong: [{ code: 'INVALID_INPUT', message: 'two' }],
    })
    expect(fault.message).toBe('one; two')
  })
})

it('every status of an instance is one of Trove', () => {
  const words = ['BUILD', 'ACTIVE', 'REBOOT', 'RESIZE', 'UPGRADE', 'PROMOTE', 'SHUTDOWN', 'DELETED', 'ERROR']
  expect(Object.values(troveStatus).filter((status) => !words.includes(status))).toEqual([])
})
