import { Type as t } from '@sinclair/typebox'
import { bodyWithLink, headline, keyOf, nothing, remembering } from '#channels/alert'
import { defineChannel, type Notice, type PostInit, type Send } from '#channels/define'
import { fieldOf } from '#channels/post'
import { hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

// https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/: a subject is one line, a comment 64 KB
const SUBJECT = 150
const COMMENT = 60_000

/** https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#json-format */
const PRIORITY = { critical: 'urgent', high: 'high', medium: 'normal', low: 'low' } satisfies Record<
  Notice['severity'],
  string
>

const settings = t.Object({
  site: t.String({
    title: 'Address',
    format: 'uri',
    maxLength: 2048,
    description: 'Of your Zendesk, as agents use it in the browser.',
    ...ui({ mono: true, placeholder: 'https://example.zendesk.com' }),
  }),
  user: t.String({
    title: 'E-mail of the agent',
    minLength: 3,
    maxLength: 320,
    description: 'Tickets are opened in the name of this agent.',
    ...ui({ span: 1 }),
  }),
  token: secret({
    title: 'API token',
    minLength: 1,
    maxLength: 1024,
    description: 'From Apps and integrations → APIs in the admin centre.',
    ...ui({ span: 1, mono: true }),
  }),
  tags: t.Optional(
    t.Array(t.String({ pattern: '^[^\\s,]{1,100}$' }), {
      title: 'Tags',
      maxItems: 20,
      description: 'Put on every ticket, besides “xinex”.',
      ...ui({ group: 'advanced', widget: 'list' }),
    }),
  ),
  solve: t.Optional(
    t.Boolean({
      title: 'Solve when resolved',
      default: true,
      description: 'Sets the ticket to solved as soon as the incident is over.',
      ...ui({ group: 'advanced' }),
    }),
  ),
})
type Job = Send<(typeof settings)['static']>

const ask = ({ settings: { site, user, token }, post }: Job, path: string, init: PostInit) => {
  const authorization = `Basic ${Buffer.from(`${user}/token:${token}`).toString('base64')}`
  return post(`${site.replace(/\/+$/, '')}/api/v2${path}`, { ...init, headers: { authorization, ...init.headers } })
}

const idOf = (ticket: unknown) => {
  const id = fieldOf(ticket, 'id')
  return typeof id === 'number' ? String(id) : undefined
}

/** Tickets are found by their external id; one made a moment ago may not be in the list yet. */
const made = remembering<string>()
const placeOf = ({ settings }: Job, key: string) => `${settings.site} ${key}`

/** Not those that are closed for ever, which take no comment. */
async function ticketOf(job: Job, key: string): Promise<string | undefined> {
  const known = made.get(placeOf(job, key))
  if (known) return known
  const answer = await ask(job, `/tickets.json?external_id=${encodeURIComponent(key)}&per_page=100`, { method: 'GET' })
  const tickets = fieldOf(answer.json(), 'tickets')
  const open = (Array.isArray(tickets) ? tickets : []).filter((one) => fieldOf(one, 'status') !== 'closed')
  return idOf(open.at(-1))
}

// Internal notes: nobody outside reads them, and Zendesk sends no mail about them.
const comment = (body: string) => ({ body: body || 'Xinex', public: false })

async function open(job: Job, key: string) {
  const { settings, notice } = job
  const ticket = {
    subject: headline(notice, SUBJECT),
    comment: comment(bodyWithLink(notice, COMMENT)),
    priority: notice.kind === 'test' ? 'low' : PRIORITY[notice.severity],
    type: 'incident',
    external_id: key,
    tags: [...new Set(['xinex', ...(settings.tags ?? [])])],
  }
  // https://developer.zendesk.com/api-reference/introduction/idempotency/: a repeated request is answered, not done again
  const headers = { 'idempotency-key': notice.delivery_id }
  const answer = await ask(job, '/tickets.json', { headers, json: { ticket } })
  const id = idOf(fieldOf(answer.json(), 'ticket'))
  if (!id) return { answer: String(answer.status) }
  made.set(placeOf(job, key), id)
  return { answer: `${answer.status} #${id}`, external_id: id }
}

async function follow(job: Job, id: string) {
  const { settings, notice } = job
  const text = [headline(notice, SUBJECT), bodyWithLink(notice, COMMENT)].filter(Boolean).join('\n\n')
  const solved = notice.kind === 'up' && settings.solve !== false
  const json = { ticket: { comment: comment(text), ...(solved && { status: 'solved' }) } }
  // 422: somebody closed it for ever in the meantime. There is nothing left to tell it.
  const answer = await ask(job, `/tickets/${id}.json`, { method: 'PUT', json, expect: [422] })
  return { answer: `${answer.status} #${id}`, external_id: id }
}

/** https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/ */
export const zendesk = defineChannel({
  type: 'zendesk',
  title: 'Zendesk',
  summary: 'Opens a ticket for an incident, and comments on it until the incident is over.',
  docs: 'https://support.zendesk.com/hc/en-us/articles/4408889192858-Managing-access-to-the-Zendesk-API',
  notes:
    'One incident is one ticket, found again by its external id. Comments are internal. What cannot be found again gets no second ticket: only the opening makes one.',
  settings,

  label: ({ site }) => hostOf(site) || 'Zendesk',

  check: ({ site }) => urlFaults('settings.site', site),

  async send(job) {
    const key = keyOf(job.notice)
    if (key === undefined) return nothing
    const ticket = job.notice.kind === 'test' ? undefined : await ticketOf(job, key)
    if (ticket) return follow(job, ticket)
    if (job.notice.kind === 'down' || job.notice.kind === 'test') return open(job, key)
    return { answer: 'Nothing was sent: there is no ticket for this incident.' }
  },
})
