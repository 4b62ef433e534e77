/** A figure beside its goal, as a row of a Markdown table; and whether the machine was quiet enough to believe it. */
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

export type Row = {
  /** Its number among the goals; a dash for what has none. */
  row: number | string
  what: string
  goal: string
  we: string
  /** Nothing where there is no goal to meet. */
  met?: boolean
}

export const HEADER = '| # | what | goal | we | |\n|---|---|---|---|---|'
const lineOf = ({ row, what, goal, we, met }: Row) =>
  `| ${row} | ${what} | ${goal} | ${we} | ${met === undefined ? '–' : met ? 'met' : 'missed'} |`

export function print(...rows: Row[]) {
  console.log(HEADER)
  for (const row of rows) console.log(lineOf(row))
}

/** A number in so many digits after the point, without idle zeros. */
export const short = (value: number, digits = 2) => String(Number(value.toFixed(digits)))

/** Busy time of all processors since the start, in ticks. */
function busy(): number {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number)
  return user + nice + system + irq + softirq + steal
}
const LOOK_MS = 3_000
const TICKS_A_SECOND = 100
/** More than this share of one processor at work for others makes the figures doubtful. */
const MOST = 0.1

/** What others do on this machine at the moment: the load average tells the past, so the next seconds are looked at too. */
export async function quiet(): Promise<{ text: string; ok: boolean }> {
  const before = busy()
  await Bun.sleep(LOOK_MS)
  const share = (busy() - before) / ((LOOK_MS / 1000) * TICKS_A_SECOND)
  const load = loadavg().map((one) => short(one))
  const text = `load average ${load.join(' ')}, others use ${short(share * 100, 0)} % of one of ${cpus().length} processors`
  return { text, ok: share <= MOST }
}

export const machine = () =>
  `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, ${process.platform} ${process.arch}, Bun ${Bun.version}`
