// A stand-in for an engine: a real process with a port, a pid file, a log and data, that starts and ends in milliseconds.
// Usage: node agent-engine-server.mjs <data directory> <run directory> <address> <port>
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const [dataDir = '', runDir = '', address = '', port = ''] = process.argv.slice(2)
const pidFile = join(dataDir, 'engine.pid')
const broken = join(dataDir, 'broken')
// There from when the engine was told to end until it has.
const ending = join(dataDir, 'ending')
rmSync(ending, { force: true })

if (existsSync(broken)) {
  console.log(`FATAL: ${readFileSync(broken, 'utf8')}`)
  process.exit(1)
}
const server = createServer((socket) => {
  // A client that is killed while it asks resets the connection, which is no reason to end.
  socket.on('error', () => {})
  socket.end('at your service\n')
})
server.on('error', (error) => {
  console.log(`FATAL: cannot listen on port ${port}: ${error.message}`)
  process.exit(1)
})
server.listen(Number(port), address, () => {
  writeFileSync(pidFile, String(process.pid))
  appendFileSync(join(dataDir, 'starts'), `${process.pid}\n`)
  writeFileSync(join(runDir, 'ready'), '')
  console.log(`ready on port ${port}`)
})
const end = () => {
  rmSync(ending)
  rmSync(pidFile)
  console.log('stopped as asked')
  process.exit(0)
}
process.on('SIGINT', () => {
  writeFileSync(ending, '')
  server.close()
  console.log('stopping')
  // Until a test lets it go.
  setInterval(() => existsSync(join(dataDir, 'busy')) || end(), 10)
})
