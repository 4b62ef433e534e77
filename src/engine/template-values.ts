import type { NoticeEvent } from '#contract/events'

/** One value a template may name; the examples make the preview. */
export type Leaf = { says: string; example: string | number | boolean | string[] | null }
export type Tree = { [name: string]: Leaf | Tree }

export const isLeaf = (one: Leaf | Tree): one is Leaf => typeof one.says === 'string'
const leaf = (says: string, example: Leaf['example']): Leaf => ({ says, example })

const subject = (what: string, example: Record<string, Leaf['example']>): Tree => ({
  id: leaf(`Id of the ${what}`, example.id ?? null),
  name: leaf(`Name of the ${what}`, example.name ?? null),
  type: leaf('Its type', example.type ?? null),
  target: leaf('What is watched, in words', example.target ?? null),
  description: leaf('Its description', example.description ?? null),
  runbook_url: leaf('Address of its runbook', example.runbook_url ?? null),
  tags: leaf('Its tags, a list', example.tags ?? []),
  regions: leaf('Where it is checked from, a list', example.regions ?? []),
})
const shop = {
  ...{ id: '01890000-0000-7000-8000-000000000002', name: 'Shop', type: 'http', target: 'https://shop.example.com/' },
  ...{ description: 'Everything customers buy', runbook_url: 'https://wiki.example.com/shop' },
  ...{ tags: ['shop', 'production'], regions: ['local'] },
}
const backup = {
  ...{ id: '01890000-0000-7000-8000-000000000003', name: 'Backup', type: 'heartbeat' },
  ...{ target: 'at 03:15 every day (Europe/Berlin)', tags: ['nightly'] },
}

/** All that a template can name. What is not here is not handed over, so no secret can be. */
export const values: Tree = {
  title: leaf('The title Xinex would have written', 'Shop is down'),
  body: leaf('The text Xinex would have written', 'HTTP 503\nTarget: https://shop.example.com/'),
  url: leaf(
    'Address of the page that shows it',
    'https://up.example.com/incidents/01890000-0000-7000-8000-000000000001',
  ),
  at: leaf('When it happened', '2026-01-31T09:30:05.000Z'),
  severity: leaf('`critical`, `high`, `medium` or `low`', 'critical'),
  duration: leaf('How long it has lasted, in words', '4 min 10 s'),
  reminder: leaf('True when it is not said for the first time', false),
  event: leaf('Name of the event', 'incident.created'),
  workspace: { name: leaf('Name of the workspace', 'Acme') },
  incident: {
    id: leaf('Id of the incident', '01890000-0000-7000-8000-000000000001'),
    title: leaf('Its title', 'Shop is down'),
    status: leaf('`open`, `acknowledged` or `resolved`', 'open'),
    severity: leaf('`critical`, `high`, `medium` or `low`', 'critical'),
    source_type: leaf('What it is about: `monitor`, `heartbeat`, `manual` and so on', 'monitor'),
    reason: leaf('What was wrong, as a word', 'status'),
    message: leaf('What was wrong, in a sentence', 'HTTP 503'),
    opened_at: leaf('When it began', '2026-01-31T09:25:55.000Z'),
    acknowledged_at: leaf('When somebody took it', null),
    acknowledged_by: leaf('Who took it', null),
    resolved_at: leaf('When it was over', null),
    resolved_by: leaf('Who ended it by hand', null),
    url: leaf('Its address', 'https://up.example.com/incidents/01890000-0000-7000-8000-000000000001'),
  },
  subject: subject('monitor or heartbeat', shop),
  monitor: subject('monitor', shop),
  heartbeat: subject('heartbeat', backup),
  group: {
    title: leaf('What the incidents of a group have in common', '12 of 14 on host 10.0.0.5'),
    size: leaf('How many incidents are in it', 12),
    open: leaf('How many of them are open', 9),
    names: leaf('What they are about, a list', ['Shop', 'Mail']),
  },
}

const ended = {
  ...{ status: 'resolved', resolved_at: '2026-01-31T09:30:05.000Z', acknowledged_by: 'Ana' },
  acknowledged_at: '2026-01-31T09:27:00.000Z',
}
const titles: Partial<Record<NoticeEvent, string>> = {
  'incident.acknowledged': 'Ana acknowledged: Shop is down',
  'incident.resolved': 'Shop is up again',
  'on_call.changed': 'On call for Operations: Ana',
}
const bodies: Partial<Record<NoticeEvent, string>> = {
  'incident.resolved': 'It was down for 4 min 10 s.\nThe reason was: HTTP 503',
  'on_call.changed': 'Until 2026-02-07 09:00 UTC',
}

const examplesOf = (tree: Tree): Record<string, unknown> =>
  Object.fromEntries(Object.entries(tree).map(([name, one]) => [name, isLeaf(one) ? one.example : examplesOf(one)]))

/** What a preview of this event shows. */
export function sampleOf(event: NoticeEvent): Record<string, unknown> {
  const { incident, subject: about, monitor, heartbeat: _, group, ...rest } = examplesOf(values)
  const words = { event, title: titles[event] ?? rest.title, body: bodies[event] ?? rest.body }
  if (!event.startsWith('incident.')) return { ...rest, ...words, severity: 'low' }
  // Safe: `examplesOf` answers an object for a part of the tree.
  const one = incident as Record<string, unknown>
  const { acknowledged_at, acknowledged_by } = ended
  const state =
    event === 'incident.resolved'
      ? ended
      : event === 'incident.acknowledged'
        ? { status: 'acknowledged', acknowledged_at, acknowledged_by }
        : {}
  return { ...rest, ...words, subject: about, monitor, group, incident: { ...one, ...state } }
}

/** Of what is known only what a template can name. */
export const onlyNamed = (tree: Tree, known: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([name, one]) => {
      const value = known[name]
      if (value === undefined || value === null) return []
      if (isLeaf(one)) return [[name, value]]
      // Safe: what is no leaf in the tree is an object where it is known at all.
      return typeof value === 'object' ? [[name, onlyNamed(one, value as Record<string, unknown>)]] : []
    }),
  )

/** Every name with what it says, for whoever writes a template. */
export const named = (tree: Tree = values, prefix = ''): (Leaf & { name: string })[] =>
  Object.entries(tree).flatMap(([name, one]) =>
    isLeaf(one) ? [{ name: prefix + name, ...one }] : named(one, `${prefix}${name}.`),
  )
