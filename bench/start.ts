/**
 * Row 15: the first start in an empty folder, and what an appliance with nothing to do costs:
 *   bun bench/start.ts [--binary dist/xinex] [--starts 5] [--seconds 60]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { percentile, serve, sorted, usage } from './appliance'
import { print, short } from './goal'
import { binaryOption } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    starts: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '60' },
  },
})
const seconds = Number(values.seconds)
const SETTLE_MS = 10_000

async function start(rest: boolean) {
  const data = mkdtempSync(join(tmpdir(), 'xinex-bench-'))
  const { child, ready_ms } = await serve(resolve(values.binary), data)
  let percent = 0
  if (rest) {
    await Bun.sleep(SETTLE_MS)
    const before = usage(child.pid).cpu_ms
    await Bun.sleep(seconds * 1_000)
    percent = (usage(child.pid).cpu_ms - before) / (seconds * 10)
  }
  child.kill('SIGTERM')
  await child.exited
  rmSync(data, { recursive: true, force: true })
  return { ready_ms, percent }
}

const starts = Number(values.starts)
const ready: number[] = []
let percent = 0
for (let n = 1; n <= starts; n++) {
  const one = await start(n === starts)
  ready.push(one.ready_ms)
  percent = one.percent
}
const median = percentile(sorted(ready), 0.5)
print({
  row: 15,
  what: `first start until /health answers, median of ${starts}; processor time at rest`,
  goal: '≤ 400 ms; ≤ 0.3 %',
  we: `${median} ms; ${short(percent)} %`,
  met: median <= 400 && percent <= 0.3,
})
