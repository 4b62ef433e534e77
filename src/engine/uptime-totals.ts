import { sql } from 'drizzle-orm'
import { type IntervalStatus, intervalStatuses } from '#contract/statuses'
import type { Reader } from '#db/client'
import { state_intervals as intervals } from '#db/schema/engine'
import { type Seconds, uptimeOf } from '#engine/uptime'
import { breath, ended, slices, slicesOf, started, touching } from '#engine/uptime-rows'
import type { Day } from '#kernel/days'

export const noSeconds = (): Seconds => ({ up: 0, degraded: 0, down: 0, maintenance: 0, paused: 0, unknown: 0 })
export function addSeconds(into: Seconds, from: Seconds): void {
  for (const status of intervalStatuses) into[status] += from[status]
}

/** How long each monitor was in each state from one instant to another, summed up by the database. */
export async function secondsByMonitor(
  db: Reader,
  numbers: number[],
  from: number,
  until: number,
): Promise<Map<number, Seconds>> {
  const found = new Map(numbers.map((number) => [number, noSeconds()]))
  for (const some of slices(numbers)) {
    const rows = await db
      .select({
        monitor: intervals.monitor,
        status: intervals.status,
        ms: sql<number>`sum(${ended(until)} - ${started(from)})`,
      })
      .from(some)
      .innerJoin(intervals, touching(from, until))
      .groupBy(intervals.monitor, intervals.status)
    for (const { monitor, status, ms } of rows) found.get(monitor)![status] += ms / 1_000
    await breath()
  }
  return found
}

/**
 * Days one after the other. An interval adds to the days it begins and ends in what it covers of them; the whole days in
 * between are only counted where they begin and end, and added up at last.
 */
export function sumsByDay(days: Day[]) {
  const seconds = days.map(noSeconds)
  const whole = days.map(noSeconds)
  const dayOf = (at: number) => {
    let [low, high] = [0, days.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (days[middle]!.from <= at) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    add(status: IntervalStatus, from: number, until: number) {
      if (until <= from) return
      const first = dayOf(from)
      const last = dayOf(until - 1)
      if (first === last) {
        seconds[first]![status] += (until - from) / 1_000
        return
      }
      seconds[first]![status] += (days[first]!.until - from) / 1_000
      seconds[last]![status] += (until - days[last]!.from) / 1_000
      if (last - first < 2) return
      whole[first + 1]![status]++
      whole[last]![status]--
    },
    done(): Seconds[] {
      const running = noSeconds()
      return days.map((day, i) => {
        addSeconds(running, whole[i]!)
        const length_s = (day.until - day.from) / 1_000
        for (const status of intervalStatuses) seconds[i]![status] += running[status] * length_s
        return seconds[i]!
      })
    },
  }
}

/** How long all these monitors together were in each state on each of the days, which follow each other without a gap. */
export async function secondsByDay(db: Reader, numbers: number[], days: Day[]): Promise<Seconds[]> {
  const [from, until] = [days[0]?.from ?? 0, days.at(-1)?.until ?? 0]
  const sums = sumsByDay(days)
  for (const some of slices(numbers)) {
    // As two lists for each status: hundreds of thousands of rows would take longer to be made than to be read.
    const rows = await db
      .select({
        status: intervals.status,
        from: sql<string>`json_group_array(${started(from)})`,
        until: sql<string>`json_group_array(${ended(until)})`,
      })
      .from(some)
      .innerJoin(intervals, touching(from, until))
      .groupBy(intervals.status)
    for (const row of rows) {
      // Safe: lists of the same length, of numbers that the statement made.
      const [begun, over] = [JSON.parse(row.from) as number[], JSON.parse(row.until) as number[]]
      for (const [i, at] of begun.entries()) sums.add(row.status, at, over[i]!)
    }
    await breath()
  }
  return sums.done()
}

/** Uptime of all monitors of a workspace together, weighted by time; summed up by the database, so many at a time. */
export async function tenantUptime(db: Reader, tenant_id: string, from: number, until: number): Promise<number | null> {
  const sum = noSeconds()
  for await (const some of slicesOf(db, tenant_id)) {
    const rows = await db
      .select({ status: intervals.status, ms: sql<number>`sum(${ended(until)} - ${started(from)})` })
      .from(some)
      .innerJoin(intervals, touching(from, until))
      .groupBy(intervals.status)
    for (const { status, ms } of rows) sum[status] += ms / 1_000
    await breath()
  }
  return uptimeOf(sum)
}
