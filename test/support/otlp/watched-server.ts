import { registerHooks } from 'node:module'

// What `npm start` runs, telling what is loaded of OpenTelemetry; its API, which does nothing by itself, prom-client loads in any case.
process.stderr.write('watches what is loaded\n')
registerHooks({
  resolve: (specifier, context, next) => {
    const isOfTracing = specifier.startsWith('@opentelemetry/') && specifier !== '@opentelemetry/api'
    if (isOfTracing) process.stderr.write(`loads ${specifier}\n`)
    return next(specifier, context)
  },
})
await import('../../../ops/main.ts')
