/**
 * Deadlines through kills, with a verdict; exit code 1 when a promise was broken:
 *   bun bench/deadlines.ts [--binary dist/xinex] [--rounds 40] [--heartbeats 100] [--seed 1]
 * Jobs report every ten seconds, and each is silent at times of its own. The appliance is killed (-9) at random moments and
 * started again; whoever reports tries again until it is answered. In the end every long silence must have been told once,
 * at its exact deadline unless a start gave it one period more, and nothing else.
 */
import { get } from 'node:http'
import { parseArgs } from 'node:util'
import type { Incident } from './client'
import { machine, quiet } from './goal'
import { hookChannel, openHook } from './hook'
import { binaryOption, onStage } from './stage'
import { clock, conclude, none, say } from './verdict'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    rounds: { type: 'string', default: '40' },
    heartbeats: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
const count = Number(values.heartbeats)
const EVERY_MS = 10_000
const GRACE_MS = 4_000
const LIFE_MS = [2_000, 60_000] as const
const SPEAKS_MS = [25_000, 90_000] as const
const SILENT_MS = [20_000, 70_000] as const
const CALM_MS = 60_000

/** Numbers from 0 to 1 that are the same for the same seed. */
let state = Number(values.seed)
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const between = ([least, most]: readonly [number, number]) => least + (most - least) * random()

type Heartbeat = { id: string; name: string; ping_url: string }
type Job = Heartbeat & { silences: { from: number; until: number }[]; accepted: number[] }
type Told = Incident & { heartbeat_id: string }

/** Times of silence, for longer than the run can take; in the end all of them report. */
function silencesFrom(from: number, until: number) {
  const own = []
  for (let at = from + between(SPEAKS_MS); at < until; at += between(SPEAKS_MS)) {
    const begins = at
    at += between(SILENT_MS)
    own.push({ from: begins, until: at })
  }
  return own
}

/** Whether it was answered; by a connection of its own, since `fetch` of Bun 1.4 may hang for ever after one was killed. */
const pinged = (url: string) =>
  new Promise<boolean>((done) => {
    const asked = get(url, { agent: false, timeout: 2_000 }, (answer) => {
      answer.resume()
      done(answer.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => done(false))
    asked.on('close', () => done(false))
  })

/** Reports as a careful script would: again until it is answered, unless it is its time to be silent. */
async function report(job: Job, over: () => boolean) {
  await Bun.sleep(random() * EVERY_MS)
  while (!over()) {
    const now = Date.now()
    const silence = job.silences.find(({ from, until }) => from <= now && now < until)
    if (silence) {
      await Bun.sleep(Math.min(silence.until - now, 500))
      continue
    }
    const ok = await pinged(job.ping_url)
    if (ok) job.accepted.push(Date.now())
    await Bun.sleep(ok ? EVERY_MS : 200)
  }
}

const { text, ok } = await quiet()
say(`${machine()}; ${text}${ok ? '' : ' (not quiet)'}`)
const kept = await onStage({ binary: values.binary }, async (stage) => {
  const { client } = stage
  const hook = openHook()
  try {
    await client.post('/notification-channels', hookChannel(hook))
    const schedule = { kind: 'interval', every_s: EVERY_MS / 1_000, timezone: 'UTC' }
    const begun = Date.now()
    const jobs: Job[] = []
    for (let i = 1; i <= count; i++) {
      const made = await client.post<Heartbeat>('/heartbeats', { name: `j${i}`, schedule, grace_s: GRACE_MS / 1_000 })
      const ping_url = stage.base() + new URL(made.ping_url).pathname
      const ends = begun + rounds * LIFE_MS[1]
      jobs.push({ ...made, ping_url, silences: silencesFrom(Date.now(), ends), accepted: [] })
    }
    let over = false
    const reporting = jobs.map((job) => report(job, () => over))
    const away: { from: number; until: number }[] = []
    for (let round = 0; round < rounds; round++) {
      await Bun.sleep(between(LIFE_MS))
      const from = Date.now()
      await stage.kill()
      await stage.start()
      away.push({ from, until: Date.now() })
    }
    const stopped = Date.now()
    // From here on everybody reports.
    for (const job of jobs)
      job.silences = job.silences
        .filter(({ from }) => from < stopped)
        .map((one) => ({ ...one, until: Math.min(one.until, stopped) }))
    await Bun.sleep(CALM_MS)
    // While all still report: once they end, they are silent.
    const incidents = (await client.all<Told>('/incidents')).filter(({ heartbeat_id }) => heartbeat_id)
    const messages = new Set(hook.received.map(({ delivery_id }) => delivery_id)).size
    over = true
    await Promise.all(reporting)
    say(
      `${jobs.reduce((sum, { accepted }) => sum + accepted.length, 0)} pings, ${incidents.length} incidents, ${rounds} kills`,
    )
    return judge(jobs, incidents, away, messages)
  } finally {
    hook.stop()
  }
})
process.exit(conclude(kept) ? 0 : 1)

function judge(jobs: Job[], incidents: Told[], away: { from: number; until: number }[], messages: number) {
  const late: string[] = []
  const invented: string[] = []
  const missing: string[] = []
  const twice: string[] = []
  for (const { id, name, silences, accepted } of jobs) {
    const own = incidents.filter(({ heartbeat_id }) => heartbeat_id === id)
    for (const { opened_at } of own) {
      const at = Date.parse(opened_at)
      const last = accepted.filter((time) => time < at).at(-1) ?? 0
      // Without a start in between, the deadline is exactly a period and the grace after the last ping.
      const disturbed = away.some(({ from, until }) => until > last - 1_000 && from < at)
      if (!disturbed && Math.abs(at - last - EVERY_MS - GRACE_MS) > 500)
        late.push(`${name} at ${clock(at)}: ${at - last} ms after its last ping`)
      if (!silences.some(({ from, until }) => from <= at && at <= until + 1_000))
        invented.push(`${name} at ${clock(at)}`)
    }
    for (const { from, until } of silences) {
      const within = own.filter(
        ({ opened_at }) => Date.parse(opened_at) >= from && Date.parse(opened_at) <= until + 1_000,
      )
      if (within.length > 1) twice.push(`${name} at ${clock(from)}`)
      const quiet_from = Math.max(from, ...away.filter((one) => one.from < until).map((one) => one.until))
      const heard = accepted.some((time) => time < from)
      if (heard && within.length === 0 && until - quiet_from > 2 * EVERY_MS + GRACE_MS + 2_000)
        missing.push(`${name} at ${clock(from)}`)
    }
  }
  const open = incidents.filter(({ status }) => status !== 'resolved').map(({ title }) => title)
  return [
    none('no deadline is missed', missing, `${jobs.length} jobs`),
    none('no deadline fires twice', twice, `${incidents.length} incidents`),
    none('nothing is told that was no silence', invented, `${incidents.length} incidents`),
    none('a deadline is exact where nothing disturbed it', late, `${incidents.length} incidents`),
    none('all are up again in the end', open, `${jobs.length} jobs`),
    {
      promise: 'beginning and end of each are told',
      found: `${messages} messages of ${2 * incidents.length}`,
      kept: messages === 2 * incidents.length,
    },
  ]
}
