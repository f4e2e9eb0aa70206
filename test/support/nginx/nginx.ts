import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-ports.ts'
import { waitFor } from '../wait-for.ts'

/** Debian has it where only root looks. */
const path = `${process.env.PATH}:/usr/sbin`

/** Why there is no nginx; null where there is. */
export const noNginx = (): string | null =>
  spawnSync('nginx', ['-v'], { env: { PATH: path }, stdio: 'ignore' }).status === 0
    ? null
    : 'needs nginx (apt-get install nginx-light)'

export type Nginx = { readonly url: string; readonly stop: () => Promise<void> }

/** An nginx that passes everything on to a server, by nothing but `proxy_pass` and the given lines of its location. */
export const startNginx = async (upstreamUrl: string, location = ''): Promise<Nginx> => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-nginx-'))
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  for (const name of temporary) mkdirSync(join(directory, name))
  const config = `
    daemon off;
    master_process off;
    pid ${directory}/pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n      ')}
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass ${upstreamUrl}; ${location} }
      }
    }`
  writeFileSync(join(directory, 'nginx.conf'), config)
  const child = spawn('nginx', ['-p', directory, '-e', 'stderr', '-c', 'nginx.conf'], {
    env: { PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(child, 'close')
  const url = `http://127.0.0.1:${port}`
  await waitFor('nginx to answer', async () => {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${errors}`)
    return fetch(url).then(
      () => true,
      () => false,
    )
  })
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
