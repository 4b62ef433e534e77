import { Type as t } from '@sinclair/typebox'
import { bodyWithLink, headline, keyOf, nothing, sourceOf } from '#channels/alert'
import { defineChannel, type Notice } from '#channels/define'
import { fieldOf } from '#channels/post'
import { fit, hostOf, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const SERVER = 'https://api.opsgenie.com'
// https://docs.opsgenie.com/docs/alert-api#create-alert: message 130, alias 512, description 15000, entity 512,
// note 25000, source 100, tags 20 of 50, details 8000 in all
const MESSAGE = 130
const ALIAS = 512
const DESCRIPTION = 15_000
const ENTITY = 512
const NOTE = 25_000
const DETAIL = 500

/** https://docs.opsgenie.com/docs/alert-api#create-alert: P1 is the most urgent of five; the last is left for tests. */
const PRIORITY = { critical: 'P1', high: 'P2', medium: 'P3', low: 'P4' } satisfies Record<Notice['severity'], string>
const SOURCE = 'Xinex'

function alertOf(notice: Notice, alias: string, tags: string[] | undefined) {
  const { name, type, target } = sourceOf(notice)
  const details = { event: notice.event, severity: notice.severity, monitor: name, type, target, url: notice.url }
  const known = Object.entries(details).flatMap(([key, value]) => (value ? [[key, fit(value, DETAIL)]] : []))
  return {
    message: headline(notice, MESSAGE),
    alias,
    description: bodyWithLink(notice, DESCRIPTION),
    ...(name && { entity: fit(name, ENTITY) }),
    source: SOURCE,
    priority: notice.kind === 'test' ? 'P5' : PRIORITY[notice.severity],
    tags: tags ?? [],
    details: Object.fromEntries(known),
  }
}

type Request = { path: string; json: object }

/** What to ask for, one after the other. Requests about an alias that is not there are taken, and do nothing. */
function requestsOf(notice: Notice, key: string, tags: string[] | undefined): Request[] {
  const alias = key.slice(0, ALIAS)
  const at = (verb: string) => `/${encodeURIComponent(alias)}/${verb}?identifierType=alias`
  const note = { source: SOURCE, note: fit([notice.title, bodyWithLink(notice, NOTE - 500)].join('\n'), NOTE) }
  const create = { path: '', json: alertOf(notice, alias, tags) }
  const close = { path: at('close'), json: note }
  switch (notice.kind) {
    case 'down':
      return [create]
    case 'updated':
      return [{ path: at('notes'), json: note }]
    case 'acknowledged':
      return [{ path: at('acknowledge'), json: note }]
    case 'up':
      return [close]
    // A test proves that alerts open, and leaves none behind.
    case 'test':
      return [create, close]
  }
}

/** https://docs.opsgenie.com/docs/alert-api; Jira Service Management takes the same at another address. */
export const opsgenie = defineChannel({
  type: 'opsgenie',
  title: 'Opsgenie / JSM',
  summary: 'Creates, acknowledges and closes alerts of Opsgenie or Jira Service Management.',
  docs: 'https://support.atlassian.com/jira-service-management-cloud/docs/integrate-with-the-api/',
  notes: [
    'The address says which service it is: `https://api.opsgenie.com`, `https://api.eu.opsgenie.com` for accounts of the',
    'EU, or `https://api.atlassian.com/jsm/ops/integration` for Jira Service Management (Opsgenie itself ends in April',
    '2027). Severities become the priorities P1 to P4; a test is P5 and closed at once.',
  ].join('\n'),

  settings: t.Object({
    api_key: secret({
      title: 'API key',
      minLength: 1,
      maxLength: 256,
      description: 'Of an API integration that may create and update alerts.',
      ...ui({ mono: true }),
    }),
    server: t.Optional(
      t.String({
        title: 'Address',
        format: 'uri',
        default: SERVER,
        maxLength: 2048,
        description: 'Which service, and in which region; see the documentation of this channel.',
        ...ui({ mono: true }),
      }),
    ),
    tags: t.Optional(
      // 20 of 50 characters: https://docs.opsgenie.com/docs/alert-api#create-alert
      t.Array(t.String({ minLength: 1, maxLength: 50 }), {
        title: 'Tags',
        maxItems: 20,
        description: 'Put on every alert.',
        ...ui({ group: 'advanced', widget: 'list' }),
      }),
    ),
  }),

  label: ({ server = SERVER }) => hostOf(server) || 'Opsgenie',

  check: ({ server = SERVER }) => urlFaults('settings.server', server),

  async send({ settings: { api_key, server = SERVER, tags }, notice, post }) {
    const key = keyOf(notice)
    if (key === undefined) return nothing
    const base = `${server.replace(/\/+$/, '')}/v2/alerts`
    const answers: string[] = []
    let id: unknown
    for (const { path, json } of requestsOf(notice, key, tags)) {
      const answer = await post(base + path, { headers: { authorization: `GenieKey ${api_key}` }, json })
      answers.push(String(answer.status))
      id ??= fieldOf(answer.json(), 'requestId')
    }
    return { answer: answers.join(', '), ...(typeof id === 'string' && { external_id: id.slice(0, 100) }) }
  },
})
