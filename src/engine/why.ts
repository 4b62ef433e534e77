import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Decision } from '#contract/oncall'
import type { Reader } from '#db/client'
import { alerts, pages } from '#db/schema/alerts'
import { users } from '#db/schema/auth'
import { deliveries, incident_timeline } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { memberships } from '#db/schema/tenants'
import type { Incident } from '#engine/incidents'
import { moment } from '#kernel/words'

export type Reason = { at: string; message: string }
export type Why = {
  sentence: string
  people: { user_id: string; user_name: string; told: boolean; sentence: string; steps: Reason[] }[]
  channels: { channel_id: string; name: string; told: boolean; sentence: string }[]
  chain: Decision[]
}
type Alert = typeof alerts.$inferSelect
type Page = typeof pages.$inferSelect
type Delivery = Pick<
  typeof deliveries.$inferSelect,
  'channel_id' | 'user_id' | 'page_id' | 'status' | 'error' | 'sent_at' | 'attempts' | 'created_at'
>

const clock = (iso: string) => moment(iso).slice(11)

/** What became of one message. */
function fateOf({ status, error, sent_at, attempts, created_at }: Delivery): Reason {
  if (status === 'sent') return { at: sent_at ?? created_at, message: 'the message was accepted' }
  if (status === 'failed')
    return { at: created_at, message: `the message could not be delivered: ${error ?? 'unknown'}` }
  if (status === 'suppressed') return { at: created_at, message: `the message was not sent: ${error ?? ''}` }
  const tried = attempts > 0 ? `, after ${attempts} ${attempts === 1 ? 'try' : 'tries'}: ${error ?? ''}` : ''
  return { at: created_at, message: `the message waits${tried}` }
}

/** What was done to reach one person, oldest first. */
function stepsOf(own: Page[], sent: Delivery[]): Reason[] {
  const called = own.map((page) => {
    const round = page.round > 0 ? `, round ${page.round + 1}` : ''
    const via = page.via.type === 'user' ? '' : `, through ${page.via.type} “${page.via.name}”`
    const message =
      page.status === 'unreachable'
        ? `Step ${page.step + 1}${round} named them${via}, but they could not be reached: ${page.reason ?? ''}`
        : `Step ${page.step + 1}${round} called them${via}`
    return { at: page.created_at, message }
  })
  const left = own.flatMap(({ plan, created_at }) =>
    plan.flatMap(({ skipped, name }) =>
      skipped ? [{ at: created_at, message: `${name} was left out: ${skipped}` }] : [],
    ),
  )
  const stopped = own.flatMap(({ status, ended_at, reason }) =>
    status === 'stopped' && ended_at
      ? [{ at: ended_at, message: `What they still had before them was left: ${reason ?? ''}` }]
      : [],
  )
  const fates = sent.map((delivery) => {
    const { at, message } = fateOf(delivery)
    const way = own
      .find(({ id }) => id === delivery.page_id)
      ?.plan.find(({ contact_id }) => isWay(contact_id, delivery))
    return { at, message: `${way?.name ?? 'By mail'}: ${message}` }
  })
  return [...called, ...left, ...fates, ...stopped].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}
const isWay = (contact_id: string, { channel_id, user_id }: Delivery) =>
  channel_id === (contact_id === 'email' ? `user:${user_id}` : contact_id)

/** Why somebody whom no step called was not: the first thing that explains it. */
function notCalled(incident: Incident, all: Alert[], user_id: string): string {
  if (incident.held) return `Nobody is told: ${heldWords(incident)}`
  const suppressed = all.find(({ status }) => status === 'suppressed')
  if (suppressed) return `Nobody was called: ${suppressed.reason ?? ''}`
  const plans = all.flatMap((alert) => (alert.plan ? [{ plan: alert.plan, alert }] : []))
  if (plans.length === 0) return 'No escalation policy was followed for it: only channels were told'
  const named = plans.find(({ plan }) => plan.steps.some(({ targets }) => targets.some(({ id }) => id === user_id)))
  if (named) {
    const step = named.plan.steps.findIndex(({ targets }) => targets.some(({ id }) => id === user_id))
    return step > named.alert.step
      ? `Step ${step + 1} of “${named.alert.policy_name}” would call them; it was not reached: ${endOf(named.alert)}`
      : `Step ${step + 1} of “${named.alert.policy_name}” names them, but they could not be reached`
  }
  const names = plans.map(({ alert }) => `“${alert.policy_name}”`).join(', ')
  return `No step of ${names} that was taken led to them: they were not on call, or are not named there`
}
const endOf = ({ status, reason, next_at, acknowledged_by }: Alert) =>
  status === 'acknowledged'
    ? `${acknowledged_by ?? 'somebody'} acknowledged before`
    : status === 'resolved'
      ? (reason ?? 'it was over before').toLowerCase()
      : next_at
        ? `it is due at ${moment(next_at)}`
        : (reason ?? 'the steps have ended').toLowerCase()

const heldWords = ({ held }: Incident) => {
  const words = {
    parent_down: 'depends on something that is down',
    asking_parent: 'what it depends on is looked at first',
    asking_again: 'it is looked at once more',
    catching_up: 'a prober is catching up',
    maintenance: 'it is in a maintenance window',
    over: 'it was over before it became known, or somebody had seen it',
  }
  return held ? `${words[held.why]}${held.name ? ` (${held.name})` : ''}` : ''
}

/** The one sentence that answers "what happened with this". */
function sentenceOf(incident: Incident, all: Alert[], told: number, channels: number): string {
  const when = `opened at ${moment(incident.opened_at)}`
  if (incident.held) return `It ${when}; nobody is told: ${heldWords(incident)}.`
  const [first] = all
  if (!first) return `It ${when}; what to do about it has not been decided yet.`
  const heard = channels === 0 ? '' : channels === 1 ? '; one channel was told' : `; ${channels} channels were told`
  if (first.status === 'suppressed') return `It ${when}; nobody was called: ${first.reason ?? ''}${heard}.`
  const people =
    told === 0 ? 'no person has been reached' : told === 1 ? 'one person was reached' : `${told} people were reached`
  const by = first.policy_name ? `the policy “${first.policy_name}” is followed` : 'the channels for it are told'
  const rule = first.rule_name ? ` because of the rule “${first.rule_name}”` : ''
  return `It ${when}; ${by}${rule}; ${people}. ${all.map(standOf).filter(Boolean).join(' ')}`.trim()
}
const standOf = (alert: Alert) =>
  alert.status === 'acknowledged'
    ? `${alert.acknowledged_by ?? 'Somebody'} takes care since ${clock(alert.acknowledged_at ?? alert.updated_at)}.`
    : alert.status === 'firing' && alert.next_at
      ? `The next step is due at ${clock(alert.next_at)}.`
      : alert.reason
        ? `${alert.reason}.`
        : alert.status === 'firing' && alert.plan
          ? 'All steps were taken; nobody has acknowledged.'
          : ''

/** Why each person and each channel was told, or was not: from rows alone. */
export async function whyOf(db: Reader, incident: Incident): Promise<Why> {
  const { id, tenant_id } = incident
  const own = await db
    .select()
    .from(alerts)
    .where(eq(alerts.incident_id, id))
    .orderBy(asc(alerts.created_at), asc(alerts.id))
  const lead = own.some(({ status }) => status === 'suppressed') ? undefined : own[0]
  const calls = await db.select().from(pages).where(eq(pages.incident_id, id)).orderBy(asc(pages.created_at))
  const sent = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.incident_id, id), eq(deliveries.event, 'incident.created')))
    .orderBy(asc(deliveries.created_at))
  const members = await db
    .select({ id: users.id, name: users.name, email: users.email })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(eq(memberships.tenant_id, tenant_id))
    .orderBy(asc(users.name))
  const people = members.map((user) => {
    const mine = calls.filter(({ user_id }) => user_id === user.id)
    const messages = sent.filter(({ user_id }) => user_id === user.id)
    const steps = stepsOf(mine, messages)
    const told = messages.some(({ status }) => status === 'sent')
    return {
      user_id: user.id,
      user_name: user.name || user.email,
      told,
      sentence: personal(incident, own, user.id, mine, messages),
      steps,
    }
  })
  const channels = await channelsOf(
    db,
    incident,
    own,
    sent.filter(({ user_id }) => !user_id),
  )
  const count = (some: { told: boolean }[]) => some.filter(({ told }) => told).length
  const sentence = sentenceOf(incident, own, count(people), count(channels))
  return { sentence, people, channels, chain: (lead ?? own[0])?.chain ?? [] }
}

function personal(incident: Incident, all: Alert[], user_id: string, own: Page[], sent: Delivery[]): string {
  if (own.length === 0) return notCalled(incident, all, user_id)
  const first = sent
    .filter(({ status }) => status === 'sent')
    .sort((a, b) => ((a.sent_at ?? '') < (b.sent_at ?? '') ? -1 : 1))[0]
  if (first) return `Was told at ${clock(first.sent_at ?? first.created_at)}`
  const waiting = sent.find(({ status }) => status === 'pending' || status === 'sending')
  if (waiting) return `Was called; ${fateOf(waiting).message}`
  const failed = sent.find(({ status }) => status === 'failed' || status === 'suppressed')
  if (failed) return `Was called, but ${fateOf(failed).message}`
  const [page] = own
  if (page?.status === 'unreachable') return `Could not be reached: ${page.reason ?? ''}`
  return page?.next_at
    ? `Will be called at ${clock(page.next_at)}`
    : `Was not told: ${page?.reason ?? 'nothing was due before it ended'}`
}

async function channelsOf(db: Reader, incident: Incident, all: Alert[], sent: Delivery[]) {
  const rows = await db
    .select()
    .from(notification_channels)
    .where(eq(notification_channels.tenant_id, incident.tenant_id))
  const left = await db
    .select({ message: incident_timeline.message, data: incident_timeline.data })
    .from(incident_timeline)
    .where(and(eq(incident_timeline.incident_id, incident.id), inArray(incident_timeline.kind, ['suppressed'])))
  const silent = incident.held
    ? `Nobody is told: ${heldWords(incident)}`
    : all.find(({ status }) => status === 'suppressed')?.reason
  return rows
    .filter(({ user_id }) => !user_id)
    .map(({ id: channel_id, name, enabled, is_default, events }) => {
      const mine = sent.filter((delivery) => delivery.channel_id === channel_id)
      const first = mine.find(({ status }) => status === 'sent')
      const note = left.find(({ data }) => data?.channel_id === channel_id)?.message
      const routed = all.some(({ channel_ids }) => channel_ids.includes(channel_id))
      const sentence = first
        ? `Was told at ${clock(first.sent_at ?? first.created_at)}`
        : mine[0]
          ? fateOf(mine[0]).message.replace(/^the/, 'The')
          : (note ??
            (!enabled
              ? 'Is switched off'
              : silent ||
                (routed && !events.includes('incident.created')
                  ? 'Does not subscribe to new incidents'
                  : is_default && !routed
                    ? 'Is a default channel, but a rule or policy decided otherwise'
                    : 'Was not chosen by any rule or step')))
      return { channel_id, name, told: first !== undefined, sentence }
    })
}
