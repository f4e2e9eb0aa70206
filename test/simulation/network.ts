import type { Random } from './random.ts'
import type { Life, VirtualTime } from './virtual-time.ts'

/** How often things go wrong, from 0 to 1. */
export type Faults = {
  /** A call is refused, and nothing was done. */
  refuse: number
  /** A call was carried out, and its answer is lost. */
  loseAnswer: number
  /** A message is given again, after others. */
  repeat: number
  /** A message between agents and sagas is lost, as where a broker forgets what it had taken. */
  lose: number
  /** A life ends, before or after a call was carried out. */
  crash: number
  longestDelayMs: number
}

export const noFaults = (): Faults => ({ refuse: 0, loseAnswer: 0, repeat: 0, lose: 0, crash: 0, longestDelayMs: 2 })

export type Network = {
  readonly faults: Faults
  /** What lies between a life and a server: its delay, its losses, and the end of the life. `unavailable`: what a refusal is told as. */
  readonly call: <T>(life: Life, what: string, unavailable: (why: string) => Error, work: () => T) => Promise<T>
  readonly delay: () => Promise<void>
  /** Cut off from everything until it is called again with false. */
  readonly partition: (name: string, isCut: boolean) => void
  readonly isCut: (name: string) => boolean
}

export type NetworkDeps = {
  readonly time: VirtualTime
  readonly random: Random
  readonly tell: (line: string) => void
  readonly crash: (life: Life) => void
}

const never = new Promise<never>(() => {})

export const createNetwork = ({ time, random, tell, crash }: NetworkDeps): Network => {
  const faults = noFaults()
  const cut = new Set<string>()
  const delay = () => time.sleep(random.below(faults.longestDelayMs + 1))
  const mayCrash = (life: Life, what: string): void => {
    if (life.isOver || !random.chance(faults.crash)) return
    tell(`${life.name} crashes at ${what}`)
    crash(life)
  }
  return {
    faults,
    delay,
    partition: (name, isCut) => {
      tell(`${name} is ${isCut ? 'cut off' : 'connected again'}`)
      if (isCut) cut.add(name)
      else cut.delete(name)
    },
    isCut: (name) => cut.has(name),
    call: async (life, what, unavailable, work) => {
      mayCrash(life, `the beginning of ${what}`)
      if (life.isOver) return never
      await delay()
      if (life.isOver) return never
      if (cut.has(life.name)) throw unavailable('partitioned')
      if (random.chance(faults.refuse)) {
        tell(`${life.name}: ${what} is refused`)
        throw unavailable('refused')
      }
      const answer = work()
      mayCrash(life, `the end of ${what}`)
      await delay()
      if (life.isOver) return never
      if (random.chance(faults.loseAnswer)) {
        tell(`${life.name}: the answer to ${what} is lost`)
        throw unavailable('the answer was lost')
      }
      return answer
    },
  }
}
