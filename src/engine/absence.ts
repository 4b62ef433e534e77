import { newHealth } from '#engine/advance'
import type { Background } from '#engine/background'
import type { Blind } from '#engine/blind'
import type { Crew } from '#engine/crew'
import { beginUnknown } from '#engine/gaps'
import type { Recorder } from '#engine/record'
import type { Roster } from '#engine/roster'
import { LOCAL, siteOf, type Watched } from '#engine/watched'
import { lastAlive } from '#kernel/alive'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import type { Gap } from '#probing/define'
import { slotAfter } from '#probing/grid'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  recorder: Recorder
  blind: Blind
  background: Background
  crew: () => Crew
}

/** A sleep longer than this leaves a hole in what is known; a shorter one only voids the checks that ran in it. */
const UNKNOWN_GAP_MS = 30_000

/** What follows when the appliance did not watch: it was off, or its process did not run. */
export function createAbsence({ app: { clock, log, db }, roster, recorder, blind, background, crew }: Parts) {
  /** Nothing is known from here since then; what is known again is proved by the next checks. */
  async function forget(since: number) {
    await recorder.settled()
    const here = [...roster.all()].filter((watched) => siteOf(watched, LOCAL))
    for (const watched of here) {
      const site = siteOf(watched, LOCAL)
      if (site) site.health = newHealth(site.health.known, 'unknown')
    }
    const alone = here.filter(({ sites }) => sites.length === 1).map(({ number }) => number)
    for (const [number, from] of await db.tx((tx) => beginUnknown(tx, since, alone))) {
      const watched = roster.get(number)
      if (!watched) continue
      watched.interval_status = 'unknown'
      watched.interval_from = from
    }
  }

  return {
    onGap({ from, until }: Gap) {
      log.warn('The process was asleep', { from: isoAt(from), until: isoAt(until) })
      if (until - from < UNKNOWN_GAP_MS) return
      background
        .aside(forget(from))
        .catch((error) => log.error('A gap could not be recorded', { error: error as Error }))
      void blind.note(null, 'asleep', 'The process was stopped or suspended', from, until)
    },
    /** At the start, before anything is read: since the last sign of life nothing is known. Answers when that was. */
    async begin(): Promise<number | undefined> {
      const since = await lastAlive(db.read)
      if (since === undefined) return undefined
      const now = clock.now()
      await db.tx((tx) => beginUnknown(tx, Math.min(since, now)))
      if (now - since >= UNKNOWN_GAP_MS) await blind.note(null, 'off', 'The appliance was not running', since, now)
      return since
    },
    /** Everything is checked on its slots; what missed one since then, within the next seconds. */
    resume(since: number | undefined) {
      const now = clock.now()
      const enabled = [...roster.all()].filter((watched) => watched.enabled)
      const isMissed = ({ number, interval, checked_at }: Watched) =>
        since === undefined || checked_at === null || slotAfter(number, interval * 1_000, since) <= now
      const missed = new Set(enabled.filter(isMissed))
      crew().set([...missed], 'spread')
      crew().set(enabled.filter((watched) => !missed.has(watched)))
    },
  }
}
