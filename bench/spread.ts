/**
 * Row 4: how evenly the checks are spread over the seconds after all that people do to monitors:
 *   bun bench/spread.ts [--binary dist/xinex] [--monitors 2000] [--interval 10] [--seconds 60]
 * Half is imported and half added one by one; then some are deleted, paused and resumed, set to another interval and back,
 * renamed, and the appliance is restarted and killed.
 */
import { parseArgs } from 'node:util'
import { print } from './goal'
import { binaryOption, httpMonitors, onStage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '2000' },
    interval: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
  },
})
const count = Number(values.monitors)
const interval = Number(values.interval)
const GOAL = 1.2

await onStage({ binary: values.binary }, async (stage) => {
  const { client, target } = stage
  const drafts = httpMonitors(count, target.base, { interval })
  const ids = await client.add(drafts.slice(0, count / 2))
  for (const draft of drafts.slice(count / 2)) ids.push((await client.post<{ id: string }>('/monitors', draft)).id)
  const every = (step: number, from: number) => ids.filter((_, i) => i % step === from)
  for (const id of every(10, 1)) await client.remove(`/monitors/${id}`)
  for (const id of every(10, 2)) await client.post(`/monitors/${id}/pause`)
  for (const id of every(10, 3)) await client.put(`/monitors/${id}`, { interval: interval * 3 })
  for (const id of every(10, 4)) await client.put(`/monitors/${id}`, { name: `renamed ${id}` })
  for (const id of every(10, 2)) await client.post(`/monitors/${id}/resume`)
  for (const id of every(10, 3)) await client.put(`/monitors/${id}`, { interval })
  await stage.stop()
  await stage.start()
  await Bun.sleep(2_000)
  await stage.kill()
  await stage.start()
  await Bun.sleep(2 * interval * 1_000)
  await target.reset()
  await Bun.sleep(Number(values.seconds) * 1_000)
  const { peak_over_mean, checks } = await target.stats(interval)
  print({
    row: 4,
    what: 'busiest second ÷ mean after adds, edits, pauses, restarts',
    goal: `≤ ${GOAL}`,
    we: `${peak_over_mean} (${checks} checks)`,
    met: peak_over_mean <= GOAL,
  })
})
