import { describe, expect, it } from 'vitest'
import { createServerSite } from '../../support/server-site.ts'

const secret = 'hunter2'
/** Throws what nobody catches, as a bug would, with what errors of vendors carry along. The program itself is in the stack. */
const bug = `process.on('SIGUSR2', () => {
  const secret = atob('${btoa(secret)}')
  throw Object.assign(new Error('broken at redis://:' + secret + '@views.example'), { command: { args: [secret] } })
})`

describe('a process that meets a bug', () => {
  const site = createServerSite('crash')

  it('says what it was in a line of its log, without secrets, and ends with an error', async () => {
    const server = await site.start({
      args: ['--role', 'projector'],
      env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` },
    })
    process.kill(server.pid, 'SIGUSR2')
    expect(await server.ended).toEqual({ code: 1, signal: null })
    const lines = server.output().trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 'fatal',
      err: { message: expect.stringContaining('broken at'), stack: expect.stringMatching(/\n {4}at /) },
    })
    expect(server.output()).not.toContain(secret)
  })
})
