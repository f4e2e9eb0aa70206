import { mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { firstNodeOf } from '../../../commands/request-ids.ts'
import { parseInstanceId } from '../../../domain/ids.ts'
import type { InstanceFragment as Instance } from '../../cli/generated/graphql.ts'
import { comparedFigure } from '../compare.ts'
import type { Bar, Figure } from '../figure.ts'
import type { MeasureRow, RowContext } from '../row.ts'
import { type ByHandTimes, prepareByHand } from '../server/by-hand.ts'
import { createInstanceUser } from '../server/instances.ts'
import { startServer } from '../server/server-process.ts'
import { median } from '../statistics.ts'

/** Between one wish and the next of somebody who is in no hurry. */
const pauseMs = 5000

const underASecond: Bar = { of: 'value', bound: 'under', limit: 1 }
const bars: readonly Bar[] = [{ of: 'ratio', bound: 'at most', limit: 1.5 }, underASecond]

type Timed = {
  readonly kind: string
  readonly hand: readonly ByHandTimes[]
  readonly alone: readonly number[]
  readonly atOnce: readonly number[]
  readonly third: readonly number[]
}

/**
 * By the API of a real server with a real agent, against the same by hand. With directory volumes both copy onto the same file system,
 * which is what the ratio's bar is about. Where the agent by default gives instances a file system of their own, that is told as well, but
 * its ratio has no bar: there the floor has another, maybe busier, file system to copy to.
 */
export const measure: MeasureRow = async (context) => {
  const same = await timeCreates(context, 'directory')
  const standard = await timeCreates(context, 'auto')
  return {
    figures: [...figuresOf(same, bars), ...(standard ? figuresOf(standard, [underASecond]) : [])],
    notes: [
      'from sending the mutation until a client has logged in over TLS with the credentials of the answer and run SELECT 1; the template is there',
      'by hand: cp -a of the same template, pg_ctl start --wait of the same engine, connect without TLS or password, SELECT 1',
      `after a pause of ${pauseMs / 1000} s the agent has two copies of the template ready, as it keeps that many; as the second is taken it begins the next, which has to reach the disk, as the floor's need not, so that a third in a row finds it made or nearly made`,
      describeFloor(same),
      ...(standard
        ? [
            `${describeFloor(standard)}; ${standard.kind} volumes are this host's default and not on the file system of the floor, so their ratio has no bar`,
          ]
        : ['directory volumes are what this host gives by default']),
    ],
  }
}

/** Each round: by hand, one instance, and two more one right after the other. Null where `auto` comes to nothing else than `directory`. */
async function timeCreates(context: RowContext, kind: 'directory'): Promise<Timed>
async function timeCreates(context: RowContext, kind: 'auto'): Promise<Timed | null>
async function timeCreates({ directory, quick, signal, say }: RowContext, wanted: string): Promise<Timed | null> {
  const server = await startServer(join(directory, `data-${wanted}`), { COFFER_VOLUME_KIND: wanted }, signal)
  try {
    const user = createInstanceUser(server)
    const kind = await user.volumeKind(signal)
    if (wanted === 'auto' && kind === 'directory') return null
    say(`${kind} volumes: the first instance, for which the template is made`)
    const { instance: first } = await user.create('first', signal)
    const handDirectory = join(directory, `by-hand-${wanted}`)
    mkdirSync(handDirectory, { mode: 0o711 })
    const byHand = await prepareByHand({ ...findEngine(first), directory: handDirectory })
    await user.remove(first.id, signal)
    await byHand.create()

    const hand: ByHandTimes[] = []
    const alone: number[] = []
    const atOnce: number[] = []
    const third: number[] = []
    for (let round = 0; round < (quick ? 3 : 9); round += 1) {
      await delay(pauseMs, undefined, { signal })
      hand.push(await byHand.create())
      const one = await user.create(`round-${round}`, signal)
      const two = await user.create(`round-${round}-again`, signal)
      const three = await user.create(`round-${round}-third`, signal)
      alone.push(one.seconds)
      atOnce.push(two.seconds)
      third.push(three.seconds)
      const floor = hand.map(({ total }) => total)
      say(
        `${kind} volumes: by hand ${shown(floor)}, an instance ${shown(alone)}, one more ${shown(atOnce)}, a third ${shown(third)}`,
      )
      await user.remove(one.instance.id, signal)
      await user.remove(two.instance.id, signal)
      await user.remove(three.instance.id, signal)
    }
    return { kind, hand, alone, atOnce, third }
  } finally {
    await server.stop()
  }
}

const figuresOf = ({ kind, hand, alone, atOnce, third }: Timed, bars: readonly Bar[]): readonly Figure[] => {
  const floors = hand.map(({ total }) => total)
  const figure = (when: string, values: readonly number[]): Figure =>
    comparedFigure({ name: `create to first query, ${kind}, ${when}`, unit: 's', bars }, { values, floors })
  return [figure('after a pause', alone), figure('right after another', atOnce), figure('third in a row', third)]
}

const describeFloor = ({ kind, hand }: Timed): string => {
  const part = (name: 'copy' | 'start' | 'query'): string =>
    `${name} ${median(hand.map((times) => times[name])).toFixed(3)} s`
  return `by hand beside ${kind} volumes: ${part('copy')}, ${part('start')}, ${part('query')}`
}

const shown = (values: readonly number[]): string => `${values.at(-1)?.toFixed(3)} s`

/** The template an instance was made from, and the programs of the engine that runs it: asked of the running engine itself. */
const findEngine = ({ id, datastore, version }: Instance) => {
  for (const pid of readdirSync('/proc')) {
    const commandLine = tryRead(`/proc/${pid}/cmdline`)?.split('\0') ?? []
    const dataDir = commandLine[commandLine.indexOf('-D') + 1]
    if (!dataDir?.includes(`/nodes/${firstNodeOf(parseInstanceId(id))}/`)) continue
    const templates = join(dataDir.slice(0, dataDir.indexOf('/nodes/')), 'templates')
    const name = readdirSync(templates).find((entry) => entry.includes(`${datastore}-${version}-`))
    if (name === undefined) throw new Error(`there is no template of ${datastore} ${version} in ${templates}`)
    return { template: join(templates, name), binDir: dirname(readlinkSync(`/proc/${pid}/exe`)) }
  }
  throw new Error(`no engine runs for instance ${id}`)
}

const tryRead = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
