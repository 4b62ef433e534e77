/**
 * Kills at random moments, with a verdict; exit code 1 when a promise was broken:
 *   bun bench/kill.ts [--binary dist/xinex] [--rounds 200] [--monitors 300] [--check-every 10] [--seed 1]
 * An appliance checks monitors every five seconds whose targets fail and recover all the time. It is killed (-9) at random
 * moments and started again; both databases are looked through. In the end what the target answered is compared with the
 * intervals and the incidents, and the incidents with what the webhook got.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'libsql'
import { percentile, sorted } from './appliance'
import type { Incident } from './client'
import { machine, quiet } from './goal'
import { hookChannel, openHook } from './hook'
import { judgeKills, type Life } from './kill-judge'
import type { Plan, Window } from './plan'
import { binaryOption, httpMonitors, onStage } from './stage'
import { conclude, say } from './verdict'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    rounds: { type: 'string', default: '200' },
    monitors: { type: 'string', default: '300' },
    'check-every': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
const count = Number(values.monitors)
const INTERVAL_S = 5
/** A life lasts a random time within these, so that a kill meets every kind of work; every third one is long. */
const SHORT_MS = [300, 12_000] as const
const LONG_MS = [12_000, 40_000] as const
const UP_MS = [15_000, 90_000] as const
const DOWN_MS = [10_000, 60_000] as const
/** In the end nothing fails any more, and what is under way ends. */
const CALM_MS = 25_000

/** Numbers from 0 to 1 that are the same for the same seed: https://en.wikipedia.org/wiki/Linear_congruential_generator */
let state = Number(values.seed)
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}
const between = ([least, most]: readonly [number, number]) => least + (most - least) * random()

/** Outages of each monitor, one after the other, for longer than the run can take. */
function outages(from: number): Plan {
  const until = from + rounds * LONG_MS[1] + 120_000
  const windows: Record<number, Window[]> = {}
  for (let number = 1; number <= count; number++) {
    const own: Window[] = []
    for (let at = from + between(UP_MS); at < until; at += between(UP_MS)) {
      const begins = at
      at += between(DOWN_MS)
      own.push({ from: begins, until: at, kind: 'fail' })
    }
    windows[number] = own
  }
  return { windows, flapping: {} }
}

/** Looks through copies: the files themselves are found by the next start as the kill left them. */
function faults(data: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-copy-'))
  try {
    return ['xinex.db', 'history.db'].flatMap((name) => {
      for (const end of ['', '-wal', '-shm'])
        if (existsSync(join(data, name + end))) copyFileSync(join(data, name + end), join(folder, name + end))
      const db = new Database(join(folder, name))
      // Safe: the pragma answers rows with this one column.
      const rows = db.prepare('pragma integrity_check').all() as { integrity_check: string }[]
      db.close()
      const said = rows.map((row) => row.integrity_check).join(', ')
      return said === 'ok' ? [] : [`${name}: ${said}`]
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

console.log(`${machine()}; ${(await quiet()).text}`)
const kept = await onStage({ binary: values.binary }, async (stage) => {
  const { client, target, data } = stage
  const hook = openHook()
  try {
    await client.post('/notification-channels', hookChannel(hook))
    const drafts = httpMonitors(count, target.base, { interval: INTERVAL_S, alert_threshold: 2, confirm_interval_s: 1 })
    const ids = await client.add(drafts)
    await Bun.sleep(2 * INTERVAL_S * 1_000)
    await target.plan(outages(Date.now()))
    await target.reset()
    const lives: Life[] = []
    const broken: string[] = []
    const ready: number[] = []
    let from = Date.now()
    for (let round = 1; round <= rounds; round++) {
      await Bun.sleep(between(round % 3 === 0 ? LONG_MS : SHORT_MS))
      await stage.kill()
      lives.push({ from, until: Date.now() })
      if (round % Number(values['check-every']) === 0 || round === rounds)
        broken.push(...faults(data).map((fault) => `round ${round}: ${fault}`))
      from = Date.now()
      ready.push(await stage.start())
      if (round % 10 === 0) say(`${round} kills, ${hook.received.length} messages`)
    }
    await target.plan({})
    await Bun.sleep(CALM_MS)
    lives.push({ from, until: Number.POSITIVE_INFINITY })
    const log = await target.log()
    const incidents = await client.all<Incident>('/incidents')
    say(`the target answered ${log.length} checks; now they are compared with ${incidents.length} incidents`)
    const { received } = hook
    const slowest = percentile(sorted(ready), 1)
    return [
      {
        promise: 'both databases are sound after a kill',
        found: broken.join('; ') || `looked through ${Math.ceil(rounds / Number(values['check-every']))} times`,
        kept: broken.length === 0,
      },
      {
        promise: 'ready again within 2 s after each kill',
        found: `median ${percentile(sorted(ready), 0.5)} ms, most ${slowest} ms of ${rounds}`,
        kept: slowest <= 2_000,
      },
      ...(await judgeKills({ client, ids, log, lives, incidents, received })),
    ]
  } finally {
    hook.stop()
  }
})
process.exit(conclude(kept) ? 0 : 1)
