import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RegistrationAnswer } from '../../../domain/guest/registration-answer.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { openTestHost, patienceMs, type TestHost } from '../../support/agent-host.ts'
import { createRecordingLog } from '../../support/write-side.ts'

let host: TestHost
let recording: ReturnType<typeof createRecordingLog>
beforeEach(async () => {
  recording = createRecordingLog()
  host = await openTestHost({ log: recording.log })
})
afterEach(() => host.close(), patienceMs)

it(
  'an agent that is refused runs on, says why in its log and readiness, and asks again until it is let in',
  async () => {
    const { agent, description } = await host.start()
    const { hostId } = description
    const answer = async (refusal: string | null, fits: (report: AgentReport) => boolean = () => true) => {
      // As the one before this answer may be sent again by anybody, it says which registration it is for.
      const { reportId } = await host.plane.report((report) => report.type === 'registered' && fits(report))
      const told: RegistrationAnswer = { kind: 'registration-answer', hostId, refusal, reportId }
      return host.plane.publish(description, hostId, JSON.stringify(told))
    }
    const reason = 'host b has the name "a": give this host another one'
    await answer(reason)
    await expect.poll(() => agent.bus(), { timeout: patienceMs }).toEqual({ ok: false, reason })
    expect(recording.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { reason } }])

    await agent.stop({ engines: 'keep' })
    const { agent: again } = await host.start()
    expect(again.bus()).toEqual({ ok: false, reason })
    const asksAgain = (report: AgentReport) => report.type === 'registered' && report.refusal === reason
    await answer(null)
    await answer('still refused', asksAgain)
    await expect.poll(() => again.bus(), { timeout: patienceMs }).toEqual({ ok: false, reason: 'still refused' })
    expect(recording.lines.filter(({ message }) => message.includes('lets this host in'))).toEqual([])
    await answer(null, asksAgain)
    await expect.poll(() => again.bus(), { timeout: patienceMs }).toEqual({ ok: true })
    await again.stop({ engines: 'keep' })
  },
  2 * patienceMs,
)
