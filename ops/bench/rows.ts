import type { MeasureRow } from './row.ts'

export const rowNames = [
  'create',
  'commands',
  'queries',
  'load',
  'visible',
  'rebuild',
  'idle',
  'create-distributed',
  'commands-distributed',
  'rebuild-distributed',
  'hops',
  'workers',
  'take-over',
  'roles',
] as const
export type RowName = (typeof rowNames)[number]

export const rowTitles: Readonly<Record<RowName, string>> = {
  create: 'createInstance to the first successful client query',
  commands: 'durable commands through dispatch',
  queries: 'GraphQL queries with 10,000 instances',
  load: 'memory and the slowest answers under read load',
  visible: 'append to visible in the views',
  rebuild: 'rebuild of all views',
  idle: 'idle server',
  'create-distributed': 'createInstance to the first successful client query, distributed beside embedded',
  'commands-distributed': 'commands, distributed beside embedded',
  'rebuild-distributed': 'rebuild of all views, distributed',
  hops: 'latency of every hop of the distributed system',
  workers: 'operations with 1, 2 and 4 saga workers',
  'take-over': 'until another process takes over from one that was killed',
  roles: 'idle processes of every role',
}

/** Each is loaded in the process that measures it, and nothing else is. */
const measures: Readonly<Record<RowName, () => Promise<{ readonly measure: MeasureRow }>>> = {
  create: () => import('./rows/create.ts'),
  commands: () => import('./rows/commands.ts'),
  queries: () => import('./rows/queries.ts'),
  load: () => import('./rows/load.ts'),
  visible: () => import('./rows/visible.ts'),
  rebuild: () => import('./rows/rebuild.ts'),
  idle: () => import('./rows/idle.ts'),
  'create-distributed': () => import('./rows/create-distributed.ts'),
  'commands-distributed': () => import('./rows/commands-distributed.ts'),
  'rebuild-distributed': () => import('./rows/rebuild-distributed.ts'),
  hops: () => import('./rows/hops.ts'),
  workers: () => import('./rows/workers.ts'),
  'take-over': () => import('./rows/take-over.ts'),
  roles: () => import('./rows/roles.ts'),
}

export const loadRow = async (name: RowName): Promise<MeasureRow> => (await measures[name]()).measure
