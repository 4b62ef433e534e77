import { openNet } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { attempt } from '#probing/attempt'
import { type Module, type Probed, startBlackbox } from '../servers/blackbox'
import { runPlugin } from '../servers/plugin'
import type { Row } from './row'

const net = openNet({ allowPrivate: true, deny: [], allow: [] })
/** How many targets are looked at together; more would only make each of them slower. */
const TOGETHER = 8

export type Observed = { verdict: Verdict; blackbox?: Probed; plugin?: { code: number; text: string } }

/** Puts every row to the three; the answers are in the order of the rows. */
export async function compare<W>(rows: Row<W>[], world: W): Promise<Observed[]> {
  const asked = rows.map((row) => row.ask(world))
  const modules = asked.flatMap(({ blackbox }, i): [string, Module][] =>
    blackbox ? [[`row${i}`, blackbox.module]] : [],
  )
  const blackbox = await startBlackbox(Object.fromEntries(modules))
  const answers: Observed[] = []
  const one = async (i: number) => {
    const { job, blackbox: anchor, plugin } = asked[i] as (typeof asked)[number]
    const full = { url: '', settings: {}, timeout_ms: 8_000, degraded_ms: null, inverted: false, ...job }
    const [verdict, probed, ran] = await Promise.all([
      attempt(full, { net, now: Date.now }),
      anchor && blackbox.probe(`row${i}`, anchor.target),
      plugin && runPlugin(rows[i]?.plugin?.[0] ?? '', plugin),
    ])
    answers[i] = { verdict, ...(probed && { blackbox: probed }), ...(ran && { plugin: ran }) }
  }
  const waiting = rows.keys()
  try {
    await Promise.all(
      Array.from({ length: TOGETHER }, async () => {
        for (const i of waiting) await one(i)
      }),
    )
  } finally {
    await blackbox.stop()
  }
  return answers
}
