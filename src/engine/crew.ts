import type { Passive } from '#engine/passive'
import type { Probers } from '#engine/probers'
import { assignmentOf, LOCAL, siteOf, type Watched } from '#engine/watched'
import type { Clock } from '#kernel/clock'
import type { Verdict } from '#probes/define'
import type { Prober } from '#probing/define'
import { slotAfter } from '#probing/grid'

type Parts = { clock: Clock; local: Prober; passive: Passive; probers: Probers }
export type Checked = { verdict: Verdict; at: number }

/** Everybody who checks: the prober of this appliance, those elsewhere, and the evaluation of what needs no look. */
export function createCrew({ clock, local, passive, probers }: Parts) {
  /** Looks outside the grid that were asked for, for whoever wants to know when the next one is. */
  const extra = new Map<number, number>()
  const isPassive = ({ passive, broken }: Watched) => passive || broken !== undefined
  const isLocal = (watched: Watched) => watched.enabled && !isPassive(watched) && siteOf(watched, LOCAL) !== undefined

  function again(watched: Watched, region: string, delay_ms: number) {
    if (isPassive(watched)) return
    extra.set(watched.number, clock.now() + delay_ms)
    if (region === LOCAL) local.again(watched.number, delay_ms)
    else probers.again(watched, region, delay_ms)
  }
  function leave(number: number) {
    extra.delete(number)
    local.remove([number])
    passive.remove(number)
  }

  return {
    /** They are checked as they are set now; `regions`: where each was checked from before. */
    set(many: Watched[], first?: 'now' | 'spread', regions: (watched: Watched) => readonly string[] = () => []) {
      const here = many.filter(isLocal)
      for (const watched of many) {
        if (!isLocal(watched)) local.remove([watched.number])
        if (watched.enabled && isPassive(watched)) passive.set(watched, first)
        else passive.remove(watched.number)
        probers.touch(watched, regions(watched))
      }
      if (here.length > 0) local.assign(here.map(assignmentOf), first)
    },
    /** Not checked any more. */
    remove(watched: Watched) {
      leave(watched.number)
      probers.touch(watched)
    },
    again,
    /** A look from everywhere, soon. */
    soon(watched: Watched) {
      if (isPassive(watched)) passive.look(watched.number)
      else for (const { region } of watched.sites) again(watched, region, 1)
    },
    /** The look that was asked for has been taken. */
    seen: (number: number) => extra.delete(number),
    next({ number, interval }: Watched): number {
      const slot = slotAfter(number, interval * 1_000, clock.now())
      return Math.min(slot, extra.get(number) ?? slot)
    },
    /** A look right now, recorded like any other; undefined when nobody is there to take it. */
    async check(watched: Watched): Promise<Checked | undefined> {
      if (isPassive(watched)) {
        const verdict = passive.look(watched.number)
        return verdict && { verdict, at: clock.now() }
      }
      if (!isLocal(watched)) return probers.check(watched)
      const elsewhere = watched.sites.filter(({ region }) => region !== LOCAL)
      for (const { region } of elsewhere) probers.again(watched, region, 1)
      return local.check(watched.number)
    },
  }
}
export type Crew = ReturnType<typeof createCrew>
