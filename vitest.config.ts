import { defineConfig } from 'vitest/config'

/** Tests that start engines, servers or many processes. They wait more than they compute: three files side by side keep two cores busy. */
const heavy = ['test/e2e/**/*.test.ts', 'test/faults/**/*.test.ts', 'test/integration/{agent,engines,ops}/**/*.test.ts']

/** The heavy ones on a whole Coffer whose distributed stores are started once for all of them. */
const onSites = ['test/e2e/sites/**/*.test.ts']

/** Tests on servers that are started once for all of them. */
const onServers = ['test/integration/kafka/**/*.test.ts']

const common = {
  // `node:sqlite` works and still announces itself as experimental.
  execArgv: ['--disable-warning=ExperimentalWarning'],
  pool: 'forks' as const,
}

/**
 * As Node resolves: packages that are loaded by Node itself and those that vitest loads then share one copy of `graphql`, which
 * refuses to work with two (it has a second one under the condition `development`). Not `import`: Node is given these conditions too,
 * and a `require` would then get what is meant for an `import` (`pg` finds no class in its own pool).
 */
const ssr = { resolve: { conditions: ['module-sync', 'node'] } }

export default defineConfig({
  test: {
    projects: [
      {
        ssr,
        test: {
          ...common,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          // Nothing below the composition root keeps state in a module, so files can share a process: loading everything anew for each
          // took longer than all of the tests.
          isolate: false,
          // Some run programs, or make keys and certificates by one first, which on a busy machine takes many times as long.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          // On its own: it replaces the timers and clocks of its whole process.
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...heavy, ...onServers],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          name: 'heavy',
          include: heavy,
          exclude: onSites,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          name: 'sites',
          include: onSites,
          globalSetup: ['test/support/shared-stores.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        ssr,
        test: {
          ...common,
          name: 'servers',
          include: onServers,
          globalSetup: ['test/support/kafka/shared-broker.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
