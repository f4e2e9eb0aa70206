import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../ops/http.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { createApiUnderTest } from '../../unit/graphql/api-under-test.ts'

const temp = createTempDir('graphiql')
const noChromium =
  spawnSync('chromium', ['--version'], { stdio: 'ignore' }).status === 0
    ? null
    : 'needs chromium (apt-get install chromium)'
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const start = async (): Promise<string> => {
  const { api } = createApiUnderTest({ config: { development: true } })
  const server = createHttpServer({
    kernel: quietKernel,
    host: '127.0.0.1',
    port: 0,
    routes: { '/graphql': { name: 'graphql', handle: api.handle } },
    onAnswered: () => {},
    onError: () => {},
  })
  const port = await server.listen()
  cleanups.push(async () => {
    await api.close()
    await server.close(AbortSignal.abort())
  })
  return `http://127.0.0.1:${port}/graphql`
}

describe('GraphiQL', () => {
  it('is one page that names nothing to be loaded from elsewhere, and may load nothing', async () => {
    const response = await fetch(await start(), { headers: { accept: 'text/html' } })
    const page = await response.text()
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const addresses = [...page.matchAll(/<(?:script|link|img)[^>]*(?:src|href)=["']?(https?:[^"' >]+)/g)]
    expect(addresses.map(([, address]) => address)).toEqual([])
  })

  it('comes up in a browser without the internet', async (context) => {
    if (noChromium) return context.skip(noChromium)
    const url = await start()
    const { stdout, stderr } = await promisify(execFile)(
      'chromium',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        `--user-data-dir=${temp.next()}`,
        // Nothing but this machine can be found.
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
        '--virtual-time-budget=20000',
        '--enable-logging=stderr',
        '--dump-dom',
        url,
      ],
      { maxBuffer: 100 * 1024 * 1024, timeout: 55_000 },
    )
    expect(stdout).toContain('graphiql-container')
    expect(stdout).toContain('graphiql-query-editor')
    expect(stderr).not.toMatch(/Content Security Policy|ERR_NAME_NOT_RESOLVED/)
  })
})
