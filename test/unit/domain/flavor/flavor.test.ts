import { describe, expect, it } from 'vitest'
import { type FlavorCommand, type FlavorEvent, flavor, flavorEvents } from '../../../../domain/flavor/index.ts'
import { specOf } from '../../../support/spec.ts'
import { flavorId } from '../samples.ts'

const { given } = specOf(flavor, flavorEvents)

const definition = { flavorId, vcpus: 1, memoryMiB: 512, description: 'for trying things out' }
const defined: FlavorEvent = { type: 'FlavorDefined', data: definition }
const retired: FlavorEvent = { type: 'FlavorRetired', data: { flavorId } }
const define: FlavorCommand = { type: 'DefineFlavor', ...definition }
const retire: FlavorCommand = { type: 'RetireFlavor', flavorId }

describe('defining a flavor', () => {
  it('makes it one to choose', () => {
    const state = given().when(define).thenEvents(defined)
    expect(state.status).toBe('DEFINED')
  })

  it('does nothing when it is defined so already', () => {
    given(defined).when(define).thenNothing()
  })

  it('changes it for new instances', () => {
    given(defined)
      .when({ ...define, vcpus: 2 })
      .thenEvents({ type: 'FlavorDefined', data: { ...definition, vcpus: 2 } })
  })

  it('brings a retired one back', () => {
    given(defined, retired).when(define).thenEvents(defined)
  })

  it.each([
    ['vcpus', { vcpus: 0 }],
    ['vcpus', { vcpus: 1.5 }],
    ['vcpus', { vcpus: 100_000 }],
    ['memoryMiB', { memoryMiB: -1 }],
    ['memoryMiB', { memoryMiB: Number.NaN }],
  ])('is refused when %s makes no sense: %j', (field, change) => {
    const { message } = given()
      .when({ ...define, ...change })
      .thenRejected('INVALID_INPUT', { field })
    expect(message).toContain('a whole number from 1 to')
  })
})

describe('retiring a flavor', () => {
  it('is noted, once', () => {
    given(defined).when(retire).thenEvents(retired)
    given(defined, retired).when(retire).thenNothing()
  })

  it('is refused when there is none', () => {
    given().when(retire).thenRejected('UNKNOWN_FLAVOR')
  })
})
