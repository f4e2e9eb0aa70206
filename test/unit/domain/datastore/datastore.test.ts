import { describe, expect, it } from 'vitest'
import {
  type DatastoreCommand,
  type DatastoreEvent,
  datastore,
  datastoreEvents,
  defaultVersion,
  resolveVersion,
} from '../../../../domain/datastore/index.ts'
import { fold } from '../../../../domain/decider.ts'
import { specOf } from '../../../support/spec.ts'

const { given } = specOf(datastore, datastoreEvents)

const of = (version: string) => ({ datastore: 'postgresql', version }) as const
const offered = (version: string): DatastoreEvent => ({ type: 'DatastoreVersionOffered', data: of(version) })
const withdrawn = (version: string): DatastoreEvent => ({ type: 'DatastoreVersionWithdrawn', data: of(version) })
const defaultSet = (version: string): DatastoreEvent => ({ type: 'DatastoreDefaultVersionSet', data: of(version) })
const offer = (...versions: readonly string[]): DatastoreCommand => ({
  type: 'OfferDatastoreVersions',
  datastore: 'postgresql',
  versions,
})
const withdraw = (version: string): DatastoreCommand => ({ type: 'WithdrawDatastoreVersion', ...of(version) })
const setDefault = (version: string): DatastoreCommand => ({ type: 'SetDefaultDatastoreVersion', ...of(version) })

describe('offering versions', () => {
  it('notes each that is new, once', () => {
    const state = given(offered('17.9'))
      .when(offer('17.9', '17.10', '18.4', '17.10'))
      .thenEvents(offered('17.10'), offered('18.4'))
    expect(state.offered).toEqual(['18.4', '17.10', '17.9'])
  })

  it('does not bring back what an admin has withdrawn', () => {
    given(offered('17.9'), withdrawn('17.9')).when(offer('17.9')).thenNothing()
  })
})

describe('withdrawing a version', () => {
  it('is noted, once', () => {
    given(offered('17.9')).when(withdraw('17.9')).thenEvents(withdrawn('17.9'))
    given(offered('17.9'), withdrawn('17.9')).when(withdraw('17.9')).thenNothing()
  })

  it('is refused when it is not offered', () => {
    given(offered('17.9'))
      .when(withdraw('9.6'))
      .thenRejected('UNKNOWN_VERSION', { details: { offered: '17.9' } })
  })

  it('of the default makes the newest the default again', () => {
    const state = given(offered('17.9'), offered('18.4'), defaultSet('17.9'))
      .when(withdraw('17.9'))
      .thenEvents(withdrawn('17.9'))
    expect(defaultVersion(state)).toBe('18.4')
  })
})

describe('setting the default version', () => {
  it('is noted, once', () => {
    given(offered('17.9')).when(setDefault('17.9')).thenEvents(defaultSet('17.9'))
    given(offered('17.9'), defaultSet('17.9')).when(setDefault('17.9')).thenNothing()
  })

  it('is refused for a version that is not offered or withdrawn', () => {
    given(offered('17.9')).when(setDefault('17')).thenRejected('UNKNOWN_VERSION', { field: 'version' })
    const { message } = given(offered('17.9'), offered('18.4'), withdrawn('17.9'))
      .when(setDefault('17.9'))
      .thenRejected('UNKNOWN_VERSION')
    expect(message).toBe('postgresql "17.9" is withdrawn; offered: 18.4')
  })
})

describe('resolving a version', () => {
  const state = fold(datastore, [offered('17.9'), offered('17.10'), offered('18.4'), offered('18.1')])
  const versionOf = (requested?: string, from = state) => {
    const resolved = resolveVersion(from, requested)
    return resolved.ok ? resolved.version : resolved.rejection.code
  }

  it.each([
    ['17.9', '17.9'],
    ['17', '17.10'],
    ['18', '18.4'],
    [undefined, '18.4'],
  ])('turns %s into %s', (requested, version) => {
    expect(versionOf(requested)).toBe(version)
  })

  it.each(['16', '17.', '1', '17.1', '7.9', '', '17.9.1', 'latest', "17'; DROP"])('refuses %j', (requested) => {
    expect(versionOf(requested)).toBe('UNKNOWN_VERSION')
  })

  it('says what is offered when it refuses', () => {
    expect(resolveVersion(state, '16')).toEqual({
      ok: false,
      rejection: {
        code: 'UNKNOWN_VERSION',
        message: 'postgresql "16" is not offered; offered: 18.4, 18.1, 17.10, 17.9',
        field: 'version',
        details: { datastore: 'postgresql', version: '16', offered: '18.4 18.1 17.10 17.9' },
      },
    })
  })

  it('gives the default that an admin has set, to those who name none', () => {
    const pinned = fold(datastore, [defaultSet('17.9')], state)
    expect(versionOf(undefined, pinned)).toBe('17.9')
    expect(versionOf('17', pinned)).toBe('17.10')
  })

  it('leaves out what is withdrawn', () => {
    const less = fold(datastore, [withdrawn('17.10')], state)
    expect(versionOf('17', less)).toBe('17.9')
    expect(versionOf('17.10', less)).toBe('UNKNOWN_VERSION')
  })

  it('refuses when nothing is offered at all', () => {
    expect(versionOf('17', datastore.initial)).toBe('UNKNOWN_DATASTORE')
    expect(versionOf(undefined, fold(datastore, [offered('17.9'), withdrawn('17.9')]))).toBe('UNKNOWN_DATASTORE')
  })
})
