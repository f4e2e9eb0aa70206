import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aggregates, allCategories } from '../../domain/aggregates.ts'
import { datastoreTypes } from '../../domain/engines/registry.ts'
import { importsOf, projectRoot, readSourceFiles, type SourceFile, withoutComments } from '../support/source-files.ts'

/** Who may import whom. Paths are prefixes from the root. */
type Rule = {
  readonly files: readonly string[]
  readonly except?: readonly string[]
  /** Where packages other than zod may be used; absent: everywhere. */
  readonly vendors?: readonly string[]
  readonly builtins: boolean
}

const rules: Readonly<Record<string, Rule>> = {
  kernel: { files: ['kernel/'], vendors: [], builtins: true },
  domain: { files: ['domain/'], vendors: ['domain/schedule/cron.ts'], builtins: false },
  commands: {
    files: ['kernel/', 'domain/', 'commands/'],
    vendors: ['commands/adapters/', 'commands/secrets/'],
    builtins: true,
  },
  projections: {
    files: [
      'kernel/',
      'domain/',
      'projections/',
      'commands/follower.ts',
      'commands/ports/event-store.ts',
      'commands/ports/log-mark.ts',
    ],
    vendors: ['projections/adapters/'],
    builtins: true,
  },
  graphql: {
    files: [
      'kernel/',
      'domain/',
      'graphql/',
      'projections/',
      'commands/api.ts',
      'commands/public/',
      'commands/ports/dead-letters.ts',
      'commands/ports/refusals.ts',
      'commands/ports/event-store.ts',
    ],
    except: ['projections/adapters/', 'projections/engine.ts'],
    builtins: true,
  },
  rest: {
    files: [
      'kernel/',
      'domain/',
      'rest/',
      'projections/page.ts',
      'projections/queries.ts',
      'projections/views/',
      'commands/api.ts',
      // What both forms of the API stand on; nothing of GraphQL itself.
      'graphql/await-end.ts',
      'graphql/context.ts',
      'graphql/errors.ts',
      'graphql/session.ts',
      'graphql/visible.ts',
      'graphql/write.ts',
      'graphql/pipeline/',
      'graphql/server/api.ts',
    ],
    builtins: true,
  },
  agent: {
    files: ['kernel/', 'domain/', 'agent/', 'commands/ports/backup-store.ts', 'commands/ports/message-bus.ts'],
    vendors: ['agent/engines/', 'agent/secrets/', 'agent/tls/'],
    builtins: true,
  },
  ops: {
    files: ['kernel/', 'domain/', 'commands/', 'projections/', 'graphql/', 'rest/', 'agent/', 'ops/', 'package.json'],
    builtins: true,
  },
}

const startsWithAny = (path: string, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => path.startsWith(prefix))

/** Every import of a file that its layer may not have, in words. */
const violationsOf = (file: SourceFile): readonly string[] => {
  const layer = file.path.slice(0, file.path.indexOf('/'))
  const rule = rules[layer]
  if (!rule) return [`${file.path} is in no layer`]
  return importsOf(file).flatMap(({ kind, target }) => {
    const isAllowed = {
      file: startsWithAny(target, rule.files) && !startsWithAny(target, rule.except ?? []),
      package: target === 'zod' || !rule.vendors || startsWithAny(file.path, rule.vendors),
      builtin: rule.builtins,
    }[kind]
    return isAllowed ? [] : [`${file.path} imports ${target}`]
  })
}

/** Files that import themselves over others, also for a type alone: what is left when those that import none of the rest are taken away. */
const circlesIn = (files: readonly SourceFile[]): readonly string[] => {
  let left = new Map(files.map((file) => [file.path, importsOf(file).map(({ target }) => target)]))
  for (;;) {
    const bound = new Map([...left].filter(([, targets]) => targets.some((target) => left.has(target))))
    if (bound.size === left.size) return [...left.keys()]
    left = bound
  }
}

/** What is there for the types alone: Node leaves it out. */
const typeImports = /^\s*(?:import|export)\s+type\s*(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+)\s*from\s*['"][^'"]+['"]/gm
const lazyImports = /\bimport\(\s*['"][^'"]+['"]\)/g

/** The packages and files that are loaded with this file, by itself or by what it imports: what is imported later, when it is needed, is not. */
const loadedWith = (path: string, files: readonly SourceFile[]) => {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const seen = new Set([path])
  const packages = new Set<string>()
  for (const each of seen) {
    const text = withoutComments(byPath.get(each)?.text ?? '')
      .replace(typeImports, '')
      .replace(lazyImports, '')
    for (const { kind, target } of importsOf({ path: each, text })) {
      if (kind === 'file') seen.add(target)
      if (kind === 'package') packages.add(target)
    }
  }
  return { packages: [...packages].toSorted(), files: [...seen].toSorted() }
}

const layers = Object.keys(rules)
const sources = readSourceFiles(layers)
const domainSources = sources.filter(({ path }) => path.startsWith('domain/'))

describe('who imports whom', () => {
  it.each(layers)('%s imports only what it may', (layer) => {
    const files = sources.filter(({ path }) => path.startsWith(`${layer}/`))
    expect(files.length).toBeGreaterThan(0)
    expect(files.flatMap(violationsOf)).toEqual([])
  })

  it.each([...layers, 'test'])('%s has no circle of imports', (folder) => {
    expect(circlesIn(readSourceFiles([folder]))).toEqual([])
  })
})

describe('the command line', () => {
  const { packages, files } = loadedWith('ops/cli/client.ts', sources)

  it('loads few packages to answer a command, and no schema library', () => {
    expect(packages).toEqual(['commander', 'string-width'])
  })

  it('loads no operation of the domain, and of what is generated the documents without their types', () => {
    expect(files).toContain('ops/cli/generated/graphql.ts')
    expect(files).not.toContain('ops/cli/generated/types.ts')
    expect(files.filter((path) => path.startsWith('domain/instance/operations/'))).toEqual([])
  })
})

describe('time and chance', () => {
  const direct =
    /\b(?:setTimeout|setInterval|setImmediate|Date\.now|Math\.random|performance\.now|AbortSignal\.timeout|randomUUID)\b|\bnew Date\(\)|\bsystem(?:Clock|Random|Timers)\b/
  const isFree = (path: string): boolean => /^kernel\/|\/adapters\/|^ops\/(?:cli|demo|bench|dev|bin)[/.]/.test(path)
  const timersOfNode = /^node:timers(?:\/promises)?$/

  it('are taken from the kernel', () => {
    const found = sources.filter(
      (file) =>
        !isFree(file.path) &&
        (direct.test(withoutComments(file.text)) || importsOf(file).some(({ target }) => timersOfNode.test(target))),
    )
    expect(found.map(({ path }) => path)).toEqual([])
  })
})

describe('engines', () => {
  const folder = /^agent\/engines\/([a-z]+)\//
  const isOf = (path: string): string | null => folder.exec(path)?.[1] ?? null

  it('have a folder for their driver, which only they and the registry import from', () => {
    const strangers = sources
      .filter(({ path }) => path !== 'agent/engines/registry.ts')
      .flatMap((file) =>
        importsOf(file).flatMap(({ target }) => {
          const engine = isOf(target)
          return engine === null || engine === isOf(file.path) ? [] : [`${file.path} imports ${target}`]
        }),
      )
    expect(strangers).toEqual([])
  })

  it('have a descriptor, which only the registry and their driver import', () => {
    const strangers = sources
      .filter(({ path }) => path !== 'domain/engines/registry.ts')
      .flatMap((file) =>
        importsOf(file).flatMap(({ target }) => {
          const engine = /^domain\/engines\/([a-z]+)\.ts$/.exec(target)?.[1]
          const isAnEngine = datastoreTypes.some((type) => type === engine)
          return isAnEngine && isOf(file.path) !== engine ? [`${file.path} imports ${target}`] : []
        }),
      )
    expect(strangers).toEqual([])
  })

  /** Examples in what people read, and engines that Coffer itself measures or shows. */
  const examples =
    /^ops\/(?:bench|demo|dev|engines|client-package)[/.]|^ops\/(?:serve|demo)\.ts$|^ops\/cli\/(?:help|nouns\/connect|nouns\/instance|commands\/show-instance)\.ts$|^graphql\/nouns\/instance\.ts$/

  it('are named by nothing else', () => {
    const named = /postgres|psql|pgpass|mariadb|mysql/i
    const isTheirs = (path: string): boolean => isOf(path) !== null || path.startsWith('domain/engines/')
    const found = sources.filter(
      ({ path, text }) =>
        !isTheirs(path) &&
        !examples.test(path) &&
        path !== 'agent/engines/registry.ts' &&
        named.test(withoutComments(text)),
    )
    expect(found.map(({ path }) => path)).toEqual([])
  })
})

describe('OpenTelemetry', () => {
  it('is known to ops/tracing alone, and its SDK to the one file that is loaded when there is something to trace', () => {
    const importing = (name: RegExp): readonly string[] =>
      sources.filter((file) => importsOf(file).some(({ target }) => name.test(target))).map(({ path }) => path)
    expect(importing(/^@opentelemetry\//).filter((path) => !path.startsWith('ops/tracing/'))).toEqual([])
    expect(importing(/otel-tracer\.ts$/)).toEqual(['ops/tracing/tracing.ts'])
  })
})

describe('the domain', () => {
  /** What makes the same events give another decision on another day or machine. */
  const impure =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.|process\.(?:env|pid|cwd|hrtime|on|stdout|stderr)\b|console\.|crypto\.|globalThis|setTimeout|setInterval|fetch\(|await |async )/

  it('knows no clock, no chance, no log and no I/O', () => {
    const found = domainSources.filter(({ text }) => impure.test(withoutComments(text)))
    expect(found.map(({ path }) => path)).toEqual([])
  })

  it('builds the name of a stream in the definition of its aggregate and nowhere else', () => {
    const builders = sources.filter(({ text }) => withoutComments(text).includes('createStreamName('))
    expect(builders.map(({ path }) => path)).toEqual(['domain/aggregate.ts'])
  })

  const folders = domainSources.flatMap(({ path, text }) =>
    text.includes('defineAggregate({') ? [path.replace('/index.ts', '')] : [],
  )

  it('has every aggregate that it defines in the registry, under its category', async () => {
    const defined = await Promise.all(
      folders.map(async (folder): Promise<readonly unknown[]> => {
        const exported: Readonly<Record<string, unknown>> = await import(`${projectRoot}${folder}/index.ts`)
        return Object.values(exported)
      }),
    )
    expect(folders).toHaveLength(allCategories.length)
    for (const category of allCategories) {
      expect(aggregates[category].category).toBe(category)
      expect(defined.filter((exported) => exported.includes(aggregates[category]))).toHaveLength(1)
    }
  })

  it('has the same files in every aggregate', () => {
    const common = ['commands.ts', 'decide.ts', 'events.ts', 'evolve.ts', 'index.ts', 'state.ts']
    for (const folder of folders.filter((each) => each !== 'domain/exclusion')) {
      expect(readdirSync(`${projectRoot}${folder}`)).toEqual(expect.arrayContaining(common))
    }
  })
})

describe('the check itself', () => {
  it('finds a circle, and nothing where there is none', () => {
    const a = { path: 'agent/a.ts', text: "import type { B } from './b.ts'" }
    const b = { path: 'agent/b.ts', text: "import { a } from './a.ts'\nimport { c } from './c.ts'" }
    const c = { path: 'agent/c.ts', text: "import { readFile } from 'node:fs'" }
    expect(circlesIn([a, b, c])).toEqual(['agent/a.ts', 'agent/b.ts'])
    expect(circlesIn([b, c])).toEqual([])
  })

  it('tells what is loaded with a file from what is there for a type or for later', () => {
    const a = { path: 'ops/a.ts', text: "import type { Z } from 'zod'\nimport { b } from './b.ts'\nimport('yaml')" }
    const b = { path: 'ops/b.ts', text: "export type B = string\nexport { type Pool, connect } from 'pg'" }
    expect(loadedWith('ops/a.ts', [a, b])).toEqual({ packages: ['pg'], files: ['ops/a.ts', 'ops/b.ts'] })
  })

  it.each([
    ['domain/instance/decide.ts', "import { readFile } from 'node:fs'"],
    ['domain/instance/decide.ts', "import { v7 } from 'uuid'"],
    ['domain/instance/decide.ts', "import type { Log } from '../../kernel/log.ts'"],
    ['commands/handle.ts', "import { Kafka } from 'kafkajs'"],
    ['commands/handle.ts', "export * from '../projections/engine.ts'"],
    ['projections/engine.ts', "import { dispatch } from '../commands/dispatch/dispatch.ts'"],
    ['projections/engine.ts', "import type { MessageBus } from '../commands/ports/message-bus.ts'"],
    [
      'graphql/instance.ts',
      "import {\n  createMemoryViewStore,\n} from '../projections/adapters/memory/view-store.ts'",
    ],
    ['graphql/instance.ts', "import { handle } from '../commands/handle.ts'"],
    ['agent/agent.ts', "import type { EventStore } from '../commands/ports/event-store.ts'"],
    ['agent/agent.ts', "import pg from 'pg'"],
    ['agent/agent.ts', "const { Client } = await import('pg')"],
    ['agent/agent.ts', "import '../ops/config.ts'"],
  ])('finds what %s may not have: %s', (path, text) => {
    expect(violationsOf({ path, text })).toHaveLength(1)
  })

  it.each([
    ['domain/instance/decide.ts', "import { z } from 'zod'\nimport { accept } from '../decider.ts'"],
    ['domain/instance/decide.ts', "// import { readFile } from 'node:fs'\n/* import 'pg' */"],
    ['commands/adapters/kafka/bus.ts', "import { Kafka } from 'kafkajs'"],
    ['agent/engines/postgresql/session.ts', "import pg from 'pg'"],
    ['graphql/server/api.ts', "import { createYoga } from 'graphql-yoga'"],
  ])('leaves alone what %s may have: %s', (path, text) => {
    expect(violationsOf({ path, text })).toEqual([])
  })
})
