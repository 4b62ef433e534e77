/**
 * Whether agents are judged rightly by what was learned of them: healthy ones through a year, and ill ones in a month, by
 * the state machine itself with drawn runs. Exits with 1 when a promise is broken.
 *
 *     bun bench/agents.ts [--years 1] [--agents 20] [--seed 1]
 *
 * `--agents`: how many for each noise level, of several rhythms. A quarter of an hour; no clock is read, so the same seed
 * gives the same table.
 */
import { parseArgs } from 'node:util'
import { agentOf, found, healthy } from './agents-trials'
import { type Agent, type Fault, faults } from './agents-world'
import { short } from './goal'

const { values } = parseArgs({
  options: {
    years: { type: 'string', default: '1' },
    agents: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
})
const [years, agents, seed] = [Number(values.years), Number(values.agents), Number(values.seed)]

/** False alarms of one healthy agent in a year, at most. */
const FALSE_A_YEAR = 1
type Bound = { p50: number; worst: number }
/** In usual gaps after the first run that shows it. What noise makes of it is stated, so that it is seen when it gets worse. */
const shift = (sigma: number): Bound =>
  sigma <= 0.15 ? { p50: 1, worst: 3 } : sigma <= 0.3 ? { p50: 6, worst: 16 } : { p50: 20, worst: 60 }
const bounds: Record<Fault, (sigma: number) => Bound> = {
  slow: shift,
  dear: shift,
  // One failure in fifty and one in five are told apart by some dozen runs, however quiet the rest is.
  fails: () => ({ p50: 60, worst: 150 }),
  // Gaps that vary by 0.15 are twice as long by chance once in some 100,000 runs: nearer to one gap it cannot be.
  stops: (sigma) =>
    sigma <= 0.1
      ? { p50: 1, worst: 1.5 }
      : sigma <= 0.15
        ? { p50: 1.1, worst: 1.5 }
        : sigma <= 0.3
          ? { p50: 3.5, worst: 6 }
          : { p50: 12, worst: 100 },
}
const broken: string[] = []

function healthyLine(sigma: number) {
  const kinds: Agent[] = [
    agentOf('hourly', sigma),
    agentOf('every 15 min', sigma),
    agentOf('working hours', sigma),
    agentOf('daily', sigma),
    agentOf('hourly', sigma, 0.5),
  ]
  const counts: number[] = []
  for (let i = 0; i < agents; i++) {
    const agent = kinds[i % kinds.length] as Agent
    const alarms = healthy(agent, years, seed * 10_000 + sigma * 1_000 + i)
    counts.push(alarms.length)
    for (const { what, message, runs } of alarms)
      console.error(`  false: ${agent.name} ${i}, run ${runs}: ${what}: ${message}`)
  }
  const all = counts.reduce((sum, count) => sum + count, 0)
  const most = Math.max(...counts) / Math.max(1, years)
  if (most > FALSE_A_YEAR) broken.push(`noise ${sigma}: ${most} false alarms of one agent in a year`)
  console.log(`| ${sigma} | ${agents} | ${all} | ${short(all / (agents * years), 3)} | ${short(most, 1)} |`)
}

const middle = (sorted: number[]) => sorted[(sorted.length - 1) >> 1] ?? Number.POSITIVE_INFINITY

function faultLine(rhythm: 'hourly' | 'every 15 min', sigma: number, fault: Fault) {
  const trials = Array.from(
    { length: Math.max(4, agents / 2) },
    (_, i) => seed * 20_000 + i * 10 + faults.indexOf(fault),
  )
  const gaps = trials.map((trial) => found(agentOf(rhythm, sigma), fault, trial) ?? Number.POSITIVE_INFINITY)
  gaps.sort((a, b) => a - b)
  const [p50, worst] = [middle(gaps), gaps.at(-1) ?? 0]
  const bound = bounds[fault](sigma)
  const met = p50 <= bound.p50 && worst <= bound.worst
  if (!met) broken.push(`${fault}, ${rhythm}, noise ${sigma}: found after ${short(p50)} gaps, at worst ${short(worst)}`)
  console.log(`| ${fault} | ${rhythm} | ${sigma} | ${short(p50)} / ${short(worst)} | ${bound.p50} / ${bound.worst} |`)
}

console.log('| noise | healthy agents | false alarms | by agent and year | most |\n|---|---|---|---|---|')
for (const sigma of [0.15, 0.3, 0.5]) healthyLine(sigma)
console.log('\n| fault | runs | noise | found after, gaps (p50 / worst) | bound |\n|---|---|---|---|---|')
for (const fault of faults)
  for (const rhythm of ['hourly', 'every 15 min'] as const)
    for (const sigma of [0.1, 0.15, 0.3, 0.5]) faultLine(rhythm, sigma, fault)
for (const line of broken) console.log(`broken: ${line}`)
process.exitCode = broken.length > 0 ? 1 : 0
