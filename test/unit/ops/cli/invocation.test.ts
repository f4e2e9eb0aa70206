import { describe, expect, it } from 'vitest'
import { invocationOf } from '../../../../ops/cli/invocation.ts'

describe('how the program is called in hints', () => {
  it.each([
    ['in the clone', { _COFFER_INVOKED_AS: './coffer' }, '/home/you/coffer', './coffer'],
    ['by a link on the path', { _COFFER_INVOKED_AS: '/home/you/bin/coffer' }, '/srv', 'coffer'],
    ['from another directory', { _COFFER_INVOKED_AS: '../you/coffer/coffer' }, '/home/they', '/home/you/coffer/coffer'],
    ['in a directory with a space', { _COFFER_INVOKED_AS: '/a b/coffer' }, '/srv', "'/a b/coffer'"],
    // npx would offer to fetch a package of this name from the registry.
    ['by npx in the clone', { npm_command: 'exec' }, '/opt/coffer', './coffer'],
    ['by npx below the clone', { npm_command: 'exec' }, '/opt/coffer/docs', '/opt/coffer/coffer'],
    ['as an installed program', {}, '/srv', 'coffer'],
  ])('is as it was called %s', (_how, variables, workingDir, expected) => {
    const environment = { PATH: '/usr/bin:/home/you/bin', ...variables }
    expect(invocationOf(environment, '/opt/coffer', workingDir)).toBe(expected)
  })

  it.each([
    ['on the path', '/home/you/bin', {}, 'coffer'],
    ['beside others', '/srv/node_modules/.bin', {}, '/srv/node_modules/.bin/coffer'],
    // npx puts this directory on the path of what it runs alone.
    [
      'by npx',
      '/home/you/.npm/_npx/1/node_modules/.bin',
      { npm_command: 'exec' },
      '/home/you/.npm/_npx/1/node_modules/.bin/coffer',
    ],
  ])('is the program itself where it is installed alone %s', (_how, directory, variables, expected) => {
    const environment = {
      PATH: `/home/you/.npm/_npx/1/node_modules/.bin:/usr/bin:/home/you/bin`,
      _COFFER_INVOKED_AS: `${directory}/coffer`,
      ...variables,
    }
    expect(invocationOf(environment, null, '/srv')).toBe(expected)
  })
})
