import type { NotificationPrefs, PolicyStep, ScheduleConfig, Target } from '#contract/oncall'
import { type Contact, isUsable } from '#oncall/personal'

export type Known = {
  name: string
  prefs: NotificationPrefs
  contacts: Contact[]
}
type Policy = { id: string; name: string; steps: PolicyStep[] }
type Rotas = ReadonlyMap<string, { config: ScheduleConfig }>
type People = ReadonlyMap<string, Known>

/** Everybody who may ever be on call by a schedule. Pure. */
export function rosterOf({ layers, overrides, temporary }: ScheduleConfig): string[] {
  const ids = new Set([
    ...layers.flatMap(({ participants }) => participants.flat()),
    ...overrides.flatMap(({ user_id }) => user_id ?? []),
    ...temporary.flatMap(({ shifts }) => shifts.map(({ user_id }) => user_id)),
  ])
  return [...ids]
}

/** Whom a target may lead to, whenever. */
const ledTo = ({ type, id }: Target, rotas: Rotas): string[] => {
  if (type === 'user') return [id]
  const rota = type === 'schedule' ? rotas.get(id) : undefined
  return rota ? rosterOf(rota.config) : []
}
const calledBy = ({ steps }: Policy, rotas: Rotas) =>
  new Set(steps.flatMap(({ targets }) => targets.flatMap((target) => ledTo(target, rotas))))

/** People whom a policy may call, directly or by a schedule, and who cannot be reached. Pure. */
export function unreachable(policies: Policy[], rotas: Rotas, people: People): { id: string; name: string }[] {
  const called = new Set(policies.flatMap((policy) => [...calledBy(policy, rotas)]))
  return [...called].flatMap((id) => {
    const person = people.get(id)
    return person && !person.contacts.some(isUsable) ? [{ id, name: person.name }] : []
  })
}

/** What everybody of a policy is reached by, if that is one thing alone and no channel is told: when it fails, all is silent. Pure. */
export function onlyWay(policy: Policy, rotas: Rotas, people: People): string | undefined {
  if (policy.steps.some(({ targets }) => targets.some(({ type }) => type === 'channel'))) return undefined
  const ways = new Set<string>()
  for (const id of calledBy(policy, rotas))
    for (const contact of people.get(id)?.contacts ?? []) if (isUsable(contact)) ways.add(contact.type)
  return ways.size === 1 ? [...ways][0] : undefined
}

/** Steps that may call only people whose quiet hours hold back even what is critical. Pure. */
export function quietSteps({ steps }: Policy, rotas: Rotas, people: People): { step: number; names: string[] }[] {
  return steps.flatMap(({ targets }, step) => {
    if (targets.some(({ type }) => type === 'channel')) return []
    const called = targets.flatMap((target) => ledTo(target, rotas)).flatMap((id) => people.get(id) ?? [])
    const silent = called.every(({ prefs: { quiet_hours } }) => quiet_hours.enabled && !quiet_hours.critical_exempt)
    return called.length > 0 && silent ? [{ step, names: [...new Set(called.map(({ name }) => name))] }] : []
  })
}

/** The last day of a schedule all of whose layers end, if that is not later than so. `YYYY-MM-DD`. Pure. */
export function endOf({ layers }: ScheduleConfig, before: string): string | undefined {
  if (layers.length === 0 || layers.some(({ end_date }) => !end_date)) return undefined
  const last =
    layers
      .map(({ end_date }) => end_date ?? '')
      .sort()
      .at(-1) ?? ''
  return last < before ? last : undefined
}
