import { DeliveryError } from '#channels/define'
import { postWith } from '#channels/post'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>
/** What must be well for somebody outside to hear that we are. */
export type Vitals = { scheduler_lag_ms: number; outbox_age_ms: number; database: boolean; overlooked: string[] }

const MOST_LAG_MS = 30_000
const MOST_AGE_MS = 60_000

/** Why this appliance is not fit to watch over others; empty when it is. Pure. */
export function illness({ scheduler_lag_ms, outbox_age_ms, database, overlooked }: Vitals): string[] {
  return [
    ...(scheduler_lag_ms > MOST_LAG_MS ? [`checks start ${Math.round(scheduler_lag_ms / 1_000)} s late`] : []),
    ...(outbox_age_ms > MOST_AGE_MS ? [`an event waits for ${Math.round(outbox_age_ms / 1_000)} s`] : []),
    ...(database ? [] : ['the database does not take changes']),
    ...overlooked,
  ]
}

/** The dead man's switch: another service hears from us while all is well, and raises the alarm when that stays away. */
export function createWatchdog(app: Core, url: string | undefined, vitals: () => Promise<Vitals>) {
  let ill: string[] = []
  const post = postWith(app.net, { now: app.clock.now })
  return {
    illness: () => ill,
    async run() {
      const found = illness(await vitals())
      if (found.length > 0 && found.join() !== ill.join())
        app.log.error('This appliance is not fit to watch over others', { why: found.join('; ') })
      ill = found
      if (!url || found.length > 0) return
      try {
        await post(url, { method: 'GET' })
      } catch (error) {
        const why = error instanceof DeliveryError ? error.message : 'unforeseen'
        app.log.warn('The watchdog could not be told that all is well', { why })
      }
    },
  }
}
