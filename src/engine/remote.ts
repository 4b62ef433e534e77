import type { Clock, Timer } from '#kernel/clock'
import type { Uplink } from '#probing/define'

/** What the engine knows of a prober elsewhere. `waiting`: it has never come. */
type ProberRow = {
  id: string
  tenant_id: string
  name: string
  region: string
  anchors: string[]
  registered_at: string | null
}
export type AgentStats = { lag_ms: number; buffered: number; running: number; uplink: Uplink | null }
type Waiter = { wake: () => void; timer: Timer }

/** Changes remembered for a prober that asks again; one that is further behind gets everything anew. */
const MOST_CHANGES = 5_000

/** One prober elsewhere: what has changed for it, what it is to look at again, and who waits for news. */
export function createRemote(row: ProberRow, clock: Clock, boot: string) {
  let revision = 0
  /** Everything before this revision has been forgotten. */
  let forgotten = 0
  const changes = new Map<number, number>()
  let waiters: Waiter[] = []

  function wake() {
    for (const { wake, timer } of waiters.splice(0)) {
      timer.cancel()
      wake()
    }
  }
  return {
    row,
    state: (row.registered_at === null ? 'waiting' : 'online') as 'waiting' | 'online' | 'offline',
    contact_at: clock.now(),
    /** The same in steady time. */
    heard_at: clock.monotonic(),
    stats: undefined as AgentStats | undefined,
    clock_offset_ms: null as number | null,
    /** It still has results from a time when it was cut off. */
    behind: false,
    /** After its last batch there were more of those. */
    more: false,
    again: new Map<number, number>(),

    revision: () => `${boot}:${revision}`,
    /** This monitor is to be told of, or taken away. */
    change(number: number) {
      changes.delete(number)
      changes.set(number, ++revision)
      if (changes.size > MOST_CHANGES) {
        const [oldest] = changes
        forgotten = oldest![1]
        changes.delete(oldest![0])
      }
      wake()
    },
    /** Everything is to be told anew. */
    renew() {
      forgotten = ++revision
      changes.clear()
      wake()
    },
    /** Look at it again, told at the next opportunity. */
    lookAgain(number: number, delay_ms: number) {
      this.again.set(number, delay_ms)
      wake()
    },
    /** The numbers that have changed since; undefined when only the whole list will do. */
    since(known: string | undefined): number[] | undefined {
      const [from, at] = known?.split(':') ?? []
      if (from !== boot || !/^\d+$/.test(at ?? '') || Number(at) < forgotten || Number(at) > revision) return undefined
      return [...changes].filter(([, changed]) => changed > Number(at)).map(([number]) => number)
    },
    /** Resolves when there is news, the time is up, or the asker is gone. */
    news(wait_ms: number, signal?: AbortSignal): Promise<void> {
      if (wait_ms <= 0 || signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const done = () => {
          waiters = waiters.filter((one) => one !== waiter)
          waiter.timer.cancel()
          signal?.removeEventListener('abort', done)
          resolve()
        }
        const waiter: Waiter = { wake: done, timer: clock.after(wait_ms, done) }
        waiters.push(waiter)
        signal?.addEventListener('abort', done)
      })
    },
    wake,
  }
}
export type Remote = ReturnType<typeof createRemote>

/** Who of several does a monitor: whatever joins or leaves, only what it had moves. https://en.wikipedia.org/wiki/Rendezvous_hashing */
export function ownerOf<P extends { row: { id: string } }>(number: number, probers: readonly P[]): P | undefined {
  let best: P | undefined
  let most = -1n
  for (const prober of probers) {
    const weight = Bun.hash.wyhash(`${prober.row.id} ${number}`) as bigint
    if (weight > most) [best, most] = [prober, weight]
  }
  return best
}
