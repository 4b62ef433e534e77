import { groupVerdict } from '#engine/group'
import type { Roster } from '#engine/roster'
import type { Watched } from '#engine/watched'
import type { Clock } from '#kernel/clock'
import { withDefaults } from '#kernel/form'
import { duration } from '#kernel/words'
import type { Verdict } from '#probes/define'
import { probeOf } from '#probes/index'
import { createScheduler } from '#probing/scheduler'

/** What somebody says about a monitor that nobody checks. */
export type Report = { status: 'up' | 'degraded' | 'down'; message?: string; response_time_ms?: number }
type Parts = {
  clock: Clock
  roster: Roster
  /** Records the verdict like that of any check. */
  judge: (watched: Watched, at: number, verdict: Verdict) => void
  onError: (error: unknown, number: number) => void
}

const words = { up: 'Reported as working', degraded: 'Reported as degraded', down: 'Reported as down' }
const said = ({ status, message, response_time_ms }: Report): Verdict => ({
  status,
  message: (message || words[status]).slice(0, 300),
  ...(status === 'down' && { reason: 'reported' }),
  ...(response_time_ms !== undefined && { response_time_ms }),
})

/**
 * Monitors that nobody asks over the network: groups follow their members, pushed ones are down when nobody has reported
 * in time, manual ones are what was said last, and those that cannot be checked at all say why. On the same grid as checks.
 */
export function createPassive({ clock, roster, judge, onError }: Parts) {
  /** Since when reports are awaited: the last one, or the start. */
  const awaited = new Map<number, number>()
  const scheduler = createScheduler({
    clock,
    async run(number) {
      try {
        look(number)
      } catch (error) {
        onError(error, number)
      }
    },
    // While this process did not run it could hear no report.
    onGap({ from, until }) {
      for (const [number, since] of awaited) awaited.set(number, since + until - from)
    },
  })

  function ofGroup({ members, job, tenant_id }: Watched): Verdict {
    const found = members.flatMap((id) => {
      const member = roster.find(id)
      return member && member.tenant_id === tenant_id ? [{ name: member.name, status: member.status }] : []
    })
    return groupVerdict(settingsOf(job), found)
  }
  function ofSilence({ number, interval, job }: Watched, now: number): Verdict | undefined {
    const grace_s = Number(settingsOf(job).grace_s)
    // A report of a time to come shows that the clock was set back since.
    const since = Math.min(awaited.get(number) ?? now, now)
    awaited.set(number, since)
    const late = now - since - (interval + grace_s) * 1_000
    if (late < 0) return undefined
    const message = `Nothing was reported for ${duration(Math.round((now - since) / 1_000))}`
    return { status: 'down', reason: 'timeout', message }
  }
  function ofWord({ known, last, job }: Watched): Verdict {
    const status = known === 'pending' ? settingsOf(job).initial : known
    // Safe: the schema of the type allows these for `initial`, and `known` has no others.
    return said({ status: status as Report['status'], message: last.message })
  }
  function verdictFor(watched: Watched, now: number): Verdict | undefined {
    if (watched.broken) return { status: 'unknown', reason: 'own_side', message: watched.broken }
    switch (watched.job.type) {
      case 'group':
        return ofGroup(watched)
      case 'push':
        return ofSilence(watched, now)
      default:
        return ofWord(watched)
    }
  }
  function look(number: number): Verdict | undefined {
    const watched = roster.get(number)
    if (!watched?.enabled) return undefined
    const now = clock.now()
    const verdict = verdictFor(watched, now)
    if (verdict) judge(watched, now, verdict)
    return verdict
  }

  return {
    start: scheduler.start,
    stop: scheduler.stop,
    settled: scheduler.settled,
    set(watched: Watched, first?: 'now' | 'spread') {
      const { number, interval } = watched
      if (!awaited.has(number)) awaited.set(number, clock.now())
      const entry = { interval_ms: interval * 1_000, host: `monitor:${number}`, paced: false }
      scheduler.set(number, entry, first ? clock.now() : undefined)
    },
    remove(number: number) {
      awaited.delete(number)
      scheduler.remove(number)
    },
    /** Something that groups depend on has changed. */
    touch(id: string) {
      for (const number of roster.groupsWith(id)) scheduler.again(number, 1)
    },
    /** Evaluates now; nothing is said about a pushed monitor that is in time. */
    look,
    report(watched: Watched, report: Report): Verdict {
      const now = clock.now()
      awaited.set(watched.number, now)
      const verdict = said(report)
      judge(watched, now, verdict)
      return verdict
    },
  }
}

const settingsOf = ({ type, settings }: Watched['job']): Record<string, unknown> => {
  const probe = probeOf(type)
  return probe ? withDefaults(probe.settings, settings) : settings
}
export type Passive = ReturnType<typeof createPassive>
