import type { Blind } from '#engine/blind'
import { readFact, writeFact } from '#kernel/appliance'
import type { App, Tx } from '#kernel/context'
import type { Prober, Uplink } from '#probing/define'

const KEY = 'uplink_anchors'
type Parts = { app: Omit<App, 'engine'>; prober: Prober; blind: Blind }

/** Whether the appliance's own way to the network works, and by what that is judged. */
export function createUplinkWatch({ app: { db, clock, log }, prober, blind }: Parts) {
  let anchors: string[] = []
  let uplink: Uplink = { state: 'unset', since: clock.now(), anchors: [] }

  return {
    async start() {
      const stored = await readFact(db.read, KEY)
      // Safe: written by `save` alone.
      anchors = stored === undefined ? [] : (JSON.parse(stored) as string[])
      // What was open when the appliance ended has ended with it.
      await blind.end(null, 'uplink')
      prober.setAnchors(anchors)
    },
    state: () => ({ anchors, uplink }),
    /** In the transaction of whoever changes them; `apply` after its commit. */
    save: (tx: Tx, list: string[]) => writeFact(tx.db, KEY, JSON.stringify(list)),
    apply(list: string[]) {
      anchors = list
      prober.setAnchors(list)
    },
    changed(now: Uplink) {
      const before = uplink.state
      uplink = now
      // Told after every round; only the turns are news.
      if (now.state === before) return
      if (now.state === 'down') {
        log.warn('No anchor answers: our own network seems down', { anchors: now.anchors.map(({ anchor }) => anchor) })
        const { length } = now.anchors
        const message = length === 1 ? 'The one anchor did not answer' : `None of ${length} anchors answered`
        void blind.begin(null, 'uplink', message, now.since)
      } else if (before === 'down') {
        log.info('The anchors answer again')
        void blind.end(null, 'uplink', now.since)
      }
    },
  }
}
export type UplinkWatch = ReturnType<typeof createUplinkWatch>
