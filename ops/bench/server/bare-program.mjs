// Plain JavaScript, so that what strips the types from the server's own sources is not part of the floor.
import 'node:http'
import 'node:sqlite'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** These the command line client uses, or a server that traces, which nobody has asked for. */
const notOfTheServer = [
  'commander',
  'yaml',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
]

// What `@peculiar/x509` needs to be loaded at all: the server brings a stand-in for `reflect-metadata`.
Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined, defineMetadata: () => {} })

const packageJson = join(import.meta.dirname, '..', '..', '..', 'package.json')
const { dependencies } = JSON.parse(readFileSync(packageJson, 'utf8'))
for (const name of Object.keys(dependencies)) if (!notOfTheServer.includes(name)) await import(name)
process.stdout.write('ready\n')
setInterval(() => {}, 2 ** 30)
