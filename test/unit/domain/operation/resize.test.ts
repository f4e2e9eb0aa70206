import { describe, expect, it } from 'vitest'
import type { GuestResult } from '../../../../domain/guest/report.ts'
import { parseFlavorId } from '../../../../domain/ids.ts'
import type { OperationInput, OperationSubject } from '../../../../domain/operation/index.ts'
import { commandId, spec } from '../samples.ts'
import { cancel, commandIdsOf, failed, issued, logOf, outcomeOf, start, subject, succeeded } from './history.ts'

const larger = { ...spec, flavor: parseFlavorId('medium'), vcpus: 2, memoryMiB: 1024 }
const flavored: OperationSubject = { ...subject, spec: larger, formerSpec: spec }
const both: OperationSubject = { ...flavored, spec: { ...larger, volumeGiB: 4 } }
const roomier: OperationSubject = { ...subject, spec: { ...spec, volumeGiB: 4 }, formerSpec: spec }

const begun = (of: OperationSubject) => {
  const ids = commandIdsOf('resize', of)
  const idOf = (step: string) => ids[step] ?? commandId(99)
  const told = (step: string, facts: Record<string, never> | object): OperationInput => {
    const input = succeeded(idOf(step)) as Extract<OperationInput, { readonly type: 'HandleGuestResult' }>
    return { ...input, result: { ...input.result, facts } as GuestResult }
  }
  return { first: start('resize', { subject: of }), idOf, told, done: (step: string) => succeeded(idOf(step)) }
}
const pending = { running: true, restartFor: ['shared_buffers'] }
const live = { running: true, restartFor: [] }
const stepsOf = (log: ReturnType<typeof logOf>) => issued(log).map(({ step }) => step)

describe('resizing', () => {
  it('restarts an engine that takes a restart for it, grows the volume last, and asks as a client would', () => {
    const { first, told, done } = begun(both)
    const steps = [told('engine', pending), done('restart'), told('volume', { volumeGiB: 4 }), done('verify')]
    const log = logOf(first, ...steps)
    expect(issued(log)).toEqual([
      { step: 'engine', epoch: 7, payload: { kind: 'engine-resized', spec: larger } },
      { step: 'restart', epoch: 7, payload: { kind: 'engine-running', spec: larger, generation: 5 } },
      { step: 'volume', epoch: 7, payload: { kind: 'volume-grown', sizeGiB: 4 } },
      { step: 'verify', epoch: 7, payload: { kind: 'endpoint-verified', users: [] } },
    ])
    expect(outcomeOf(log)).toMatchObject({
      outcome: 'SUCCEEDED',
      results: { engine: pending, volume: { volumeGiB: 4 } },
    })
  })

  it('restarts nothing that follows as it runs', () => {
    const { first, told, done } = begun(flavored)
    const log = logOf(first, told('engine', live), done('verify'))
    expect(stepsOf(log)).toEqual(['engine', 'verify'])
    expect(outcomeOf(log)).toMatchObject({ outcome: 'SUCCEEDED' })
  })

  it('asks nothing of an engine that does not run', () => {
    const { first, told } = begun(flavored)
    expect(stepsOf(logOf(first, told('engine', { running: false, restartFor: [] })))).toEqual(['engine'])
  })

  it('leaves the engine alone where the volume alone grows', () => {
    const { first, told } = begun(roomier)
    const log = logOf(first, told('volume', { volumeGiB: 4 }))
    expect(stepsOf(log)).toEqual(['volume'])
    expect(outcomeOf(log)).toMatchObject({ outcome: 'SUCCEEDED' })
  })

  it('is undone to the size before, with a restart where that takes one, and tells what the volume has', () => {
    const { first, told, done, idOf } = begun(both)
    const forwards = [told('engine', pending), done('restart'), failed(idOf('volume'))]
    const back = [told('engine-back', pending), done('stop-back'), done('start-back')]
    const log = logOf(first, ...forwards, ...back, told('volume-back', { volumeGiB: 2 }), done('verify-back'))
    expect(issued(log).slice(3)).toEqual([
      { step: 'engine-back', epoch: 8, payload: { kind: 'engine-resized', spec } },
      { step: 'stop-back', epoch: 8, payload: { kind: 'engine-stopped' } },
      { step: 'start-back', epoch: 8, payload: { kind: 'engine-running', spec, generation: 4 } },
      { step: 'volume-back', epoch: 8, payload: { kind: 'volume-grown', sizeGiB: 2 } },
      { step: 'verify-back', epoch: 8, payload: { kind: 'endpoint-verified', users: [] } },
    ])
    expect(outcomeOf(log)).toMatchObject({
      outcome: 'FAILED',
      compensated: true,
      results: { 'volume-back': { volumeGiB: 2 } },
    })
  })

  it('undoes only what was begun', () => {
    const { first, told, done } = begun(both)
    const log = logOf(first, cancel(), told('engine-back', live), done('verify-back'))
    expect(stepsOf(log)).toEqual(['engine', 'engine-back', 'verify-back'])
    expect(outcomeOf(log)).toMatchObject({ outcome: 'CANCELLED', compensated: true })
    const volume = begun(roomier)
    const other = logOf(volume.first, failed(volume.idOf('volume')), volume.told('volume-back', { volumeGiB: 4 }))
    expect(stepsOf(other)).toEqual(['volume', 'volume-back'])
    expect(outcomeOf(other)).toMatchObject({ outcome: 'FAILED', compensated: true })
  })

  it('fails at once where the agent does not tell what takes a restart', () => {
    const { first, done } = begun(flavored)
    expect(stepsOf(logOf(first, done('engine')))).toEqual(['engine', 'engine-back'])
  })
})
