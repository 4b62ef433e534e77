import { advance, type Flip, newHealth, shownStatus } from '#engine/advance'
import { recheckAfter } from '#engine/confirm'
import { tellMonitor } from '#engine/live'
import { type Outcome, poll } from '#engine/quorum'
import type { Recorder } from '#engine/record'
import type { Roster } from '#engine/roster'
import { freshFor, type Last, LOCAL, type Site, voteOf, type Watched } from '#engine/watched'
import type { App } from '#kernel/context'
import type { Evidence, Verdict } from '#probes/define'

type Parts = { app: Omit<App, 'engine'>; roster: Roster; recorder: Recorder; onJudged: (watched: Watched) => void }

/** What is worth keeping of an answer that is fine; of ten thousand monitors the rest would fill the memory. */
function facts({ status, evidence }: Verdict): Evidence | undefined {
  if (!evidence || status === 'down' || status === 'unknown') return evidence
  if (!evidence.headers && !evidence.body && !evidence.certificates) return evidence
  const { headers: _headers, body: _body, certificates, ...small } = evidence
  return { ...small, ...(certificates && { certificates: certificates.slice(0, 1) }) }
}
const lastOf = (verdict: Verdict): Last => {
  const { reason, message, response_time_ms, phases } = verdict
  return { reason, message, response_time_ms, phases, evidence: facts(verdict) }
}

/** What a monitor that is checked from here alone says is what that one site says. */
function ownFlip(watched: Watched, { health }: Site, flip: Flip | undefined): Flip | undefined {
  watched.known = health.known
  watched.interval_status = health.interval
  return flip
}

/** What a person is shown of a monitor outside of maintenance windows. */
const shownOf = (watched: Watched, { health }: Site): Watched['status'] =>
  watched.sites.length === 1 ? shownStatus(health) : watched.interval_status === 'unknown' ? 'unknown' : watched.known
export const trulyShown = (watched: Watched) => shownOf(watched, watched.sites[0]!)

/** In doubt people are told, but nobody is told in doubt that it is over. */
const ALARM_WAITS_MS = 120_000

/** Whether this region has still to say its first word, after a restart or since it was added, and is waited for. */
function awaited(watched: Watched, { health, since, lost }: Site, now: number): boolean {
  if (health.known !== 'pending' || lost || now < since) return false
  const fresh = freshFor(watched)
  return now - since < (watched.known === 'down' ? fresh : Math.min(fresh, ALARM_WAITS_MS))
}
/**
 * What the votes of all regions say together. What is known changes only by what is seen: while the first word of a
 * region could still turn it, nothing is said, and where too many of those that saw it down cannot see any more, it is
 * not known whether it is over.
 */
function outcomeOf(watched: Watched, now: number): Outcome {
  const { sites, quorum, known } = watched
  const votes = sites.map((site) => voteOf(watched, site, now))
  const outcome = poll(votes, quorum)
  if (known === 'pending' || outcome.status === 'unknown') return outcome
  const isDown = (status: 'up' | 'down', given: (site: Site) => boolean) =>
    poll(
      votes.map((vote, i) => (given(sites[i]!) ? { ...vote, status } : vote)),
      quorum,
    ).status === 'down'
  const waits = (site: Site) => awaited(watched, site, now)
  if (sites.some(waits) && isDown('up', waits) !== isDown('down', waits)) return { status: 'pending', from: 0 }
  if (known !== 'down' || outcome.status === 'down') return outcome
  const blind = votes.filter(({ status }, i) => status === 'unknown' && sites[i]!.health.known === 'down')
  const still = (site: Site) => blind.some(({ region }) => region === site.region)
  if (blind.length === 0 || !isDown('down', still)) return outcome
  return { status: 'unknown', from: Math.max(...blind.map(({ since }) => since)) }
}

/** What the votes of all regions make of a monitor now. */
function polledFlip(watched: Watched, now: number): Flip | undefined {
  const { status: to, from } = outcomeOf(watched, now)
  const { known, interval_status } = watched
  if (to === 'pending' || to === interval_status) return undefined
  watched.interval_status = to
  if (to === 'unknown') return { to, from, opens: false, closes: false }
  watched.known = to
  return { to, from, opens: to === 'down' && known !== 'down', closes: to !== 'down' && known === 'down' }
}

/** A verdict of one of several regions, with what the others see. */
function together({ sites }: Watched, { region }: Site, verdict: Verdict): Verdict {
  const seen = sites.map(({ region, health, lost, last: { message } }) => ({
    region,
    status: lost ? 'unknown' : health.known,
    message,
  }))
  const said = (name: string) => (name === LOCAL ? 'this appliance' : name)
  const down = seen.filter(({ status }) => status === 'down').map((one) => said(one.region))
  const message =
    down.length > 0
      ? `Seen down from ${down.join(', ')}: ${verdict.message}`
      : `From ${said(region)}: ${verdict.message}`
  return { ...verdict, message: message.slice(0, 300), evidence: { ...verdict.evidence, regions: seen } }
}

/**
 * What results mean: the site they came from advances, the sites together decide, and when the state changes the way
 * leads to the recorder. Nothing here waits for a disk.
 */
export function createJudge({ app, roster, recorder, onJudged }: Parts) {
  const { bus, clock } = app

  /** In a maintenance window that is what people see, whatever is known. */
  const show = (watched: Watched, shown: Watched['status'], at: number) =>
    roster.setStatus(watched, watched.maintenance === null ? shown : 'maintenance', at)
  function write(watched: Watched, site: Site, verdict: Verdict, at: number, flip: Flip, shown: Watched['status']) {
    const from = Math.max(flip.from, watched.interval_from)
    const maintained = watched.maintenance !== null
    const was = watched.status
    watched.interval_from = from
    const quiet = !flip.opens && !flip.closes && (maintained || shown === watched.status)
    show(watched, shown, from)
    const { number, id, tenant_id, name, severity, since, sites } = watched
    const written = {
      monitor: { number, id, tenant_id, name, severity },
      to: flip.to,
      from,
      status: shown,
      was,
      since: maintained ? from : (since ?? from),
      maintained,
      opens: flip.opens,
      closes: flip.closes,
      verdict: sites.length > 1 ? together(watched, site, verdict) : verdict,
      checked_at: at,
      failures: site.health.bad.count,
    }
    recorder.push(written, quiet)
  }

  return {
    /** Moves the monitor on by one result; answers how soon the same place should look again, if it should. */
    take(watched: Watched, site: Site, at: number, verdict: Verdict): number | undefined {
      // One that began earlier and took longer is overtaken; a look in the future shows that our clock was wrong then.
      if (site.checked_at !== null && at < site.checked_at && site.checked_at <= clock.now()) return undefined
      // After a hole in what was seen, the results before it prove nothing together with those after it.
      const hole = site.checked_at !== null && at - site.checked_at > freshFor(watched)
      const before = hole ? newHealth(site.health.known, site.health.interval) : site.health
      const { after, flip } = advance(before, verdict.status, at, watched)
      site.health = after
      site.checked_at = at
      site.lost = false
      site.last = lastOf(verdict)
      if (flip) site.since = flip.from
      if (watched.checked_at === null || at >= watched.checked_at || watched.checked_at > clock.now()) {
        watched.checked_at = at
        watched.last = site.last
      }
      const change = watched.sites.length === 1 ? ownFlip(watched, site, flip) : polledFlip(watched, clock.now())
      const shown = shownOf(watched, site)
      if (change) write(watched, site, verdict, at, change, shown)
      else show(watched, shown, at)
      tellMonitor(bus, watched)
      onJudged(watched)
      return watched.passive ? undefined : recheckAfter(after, verdict, watched)
    },
    /** Of several regions one was waited for, and not for ever: the others decide. */
    recount(watched: Watched) {
      const { enabled, sites, known } = watched
      if (!enabled || sites.length < 2 || known === 'pending') return
      if (!sites.some(({ health }) => health.known === 'pending')) return
      const flip = polledFlip(watched, clock.now())
      const site = sites.find(({ health }) => health.known === flip?.to) ?? sites[0]!
      if (!flip) return
      const status = flip.to === 'down' || flip.to === 'unknown' ? flip.to : 'up'
      write(watched, site, { status, ...site.last }, site.checked_at ?? clock.now(), flip, shownOf(watched, site))
      tellMonitor(bus, watched)
    },
    /**
     * Nobody looks from there any more, or what was seen is too old: the monitor is judged by the others, and is unknown
     * since the last look where there are none. What is known stays known until somebody sees otherwise.
     */
    lose(watched: Watched, site: Site, message: string) {
      site.lost = true
      if (!watched.enabled) return
      const now = clock.now()
      const from = site.checked_at ?? now
      const verdict: Verdict = { status: 'unknown', reason: 'own_side', message }
      let flip: Flip | undefined
      if (watched.sites.length > 1) flip = polledFlip(watched, now)
      else if (site.health.known !== 'pending') {
        const seen = site.health.interval !== 'unknown'
        site.health = { ...site.health, interval: 'unknown', blind: { count: 1, from } }
        if (seen) flip = ownFlip(watched, site, { to: 'unknown', from, opens: false, closes: false })
      }
      // After a restart the time is unknown already, but what was seen before it is still shown.
      const unknown = watched.interval_status === 'unknown' && watched.sites.every(({ lost }) => lost)
      if (!flip && unknown && watched.status !== 'unknown' && watched.status !== 'pending')
        flip = { to: 'unknown', from: watched.interval_from || now, opens: false, closes: false }
      if (!flip) return
      // When those that are left see it down, what they see is what people are told.
      const seeing =
        flip.to === 'down' ? watched.sites.find((one) => !one.lost && one.health.known === 'down') : undefined
      if (seeing) write(watched, seeing, { status: 'down', ...seeing.last }, now, flip, shownOf(watched, seeing))
      else write(watched, site, verdict, now, flip, shownOf(watched, site))
      tellMonitor(bus, watched)
    },
  }
}
export type Judge = ReturnType<typeof createJudge>
