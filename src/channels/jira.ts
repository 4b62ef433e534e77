import { Type as t } from '@sinclair/typebox'
import { documentOf, plainOf } from '#channels/adf'
import { headline, keyOf, linksOf, nothing, remembering } from '#channels/alert'
import { type Answer, DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { fieldOf, refusal } from '#channels/post'
import { fit, hostOf, oneLine, quoted, secretsIn, urlFaults } from '#channels/text'
import { MASK, oneOf, secret, ui } from '#kernel/form'

// https://support.atlassian.com/jira/kb/: the summary is one line of 255 characters
const SUMMARY = 255
// Labels have no spaces and 255 characters: https://confluence.atlassian.com/jirakb/character-limit-for-label-field
const LABEL = 255

const settings = t.Object({
  site: t.String({
    title: 'Address',
    format: 'uri',
    maxLength: 2048,
    description: 'Of your Jira, as you use it in the browser.',
    ...ui({ mono: true, placeholder: 'https://example.atlassian.net' }),
  }),
  deployment: t.Optional(
    oneOf(['cloud', 'data_center'], {
      title: 'Kind',
      default: 'cloud',
      description: 'Cloud takes an e-mail address with an API token, Data Center a personal access token.',
      ...ui({ widget: 'segmented' }),
    }),
  ),
  user: t.Optional(
    t.String({
      title: 'E-mail of the user',
      maxLength: 320,
      description: 'Cloud only: whose API token it is; issues are reported by them.',
      ...ui({ span: 1, showIf: { field: 'deployment', is: ['cloud'] } }),
    }),
  ),
  token: secret({
    title: 'Token',
    minLength: 1,
    maxLength: 1024,
    description: 'An API token (Cloud) or a personal access token (Data Center).',
    ...ui({ span: 1, mono: true }),
  }),
  project: t.String({
    title: 'Project key',
    pattern: '^[A-Z][A-Z0-9_]{0,254}$',
    description: 'The part of issue keys before the dash.',
    ...ui({ span: 1, mono: true, placeholder: 'OPS' }),
  }),
  issue_type: t.Optional(
    t.String({
      title: 'Issue type',
      minLength: 1,
      maxLength: 255,
      default: 'Task',
      description: 'Its name in this project, for example Task or Bug.',
      ...ui({ span: 1 }),
    }),
  ),
  labels: t.Optional(
    t.Array(t.String({ pattern: '^[^\\s"\\\\]{1,100}$' }), {
      title: 'Labels',
      maxItems: 20,
      description: 'Put on every issue, besides “xinex”.',
      ...ui({ group: 'advanced', widget: 'list' }),
    }),
  ),
  done_transition: t.Optional(
    t.String({
      title: 'Transition when resolved',
      minLength: 1,
      maxLength: 255,
      description: 'Name of the step that closes an issue; empty leaves that to people.',
      ...ui({ group: 'advanced', placeholder: 'Done' }),
    }),
  ),
})
type Settings = (typeof settings)['static']
type Job = Send<Settings>

const isCloud = ({ deployment = 'cloud' }: Settings) => deployment === 'cloud'
const labelOf = (key: string) => `xinex-${key.replace(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, LABEL)
const rich = (of: Settings, body: string, notice: Notice) =>
  isCloud(of) ? documentOf(body, linksOf(notice)) : plainOf(body, linksOf(notice))

/** Jira explains itself by field: `{ errorMessages: [], errors: { issuetype: '…' } }`. */
function failureOf(url: string, answer: Answer, { now, secrets }: { now: () => number; secrets: string[] }) {
  const errors = fieldOf(answer.json(), 'errors')
  const [field, reason] = Object.entries(Object(errors) as Record<string, unknown>)[0] ?? []
  const refused = refusal(url, answer, { now, secrets })
  if (typeof reason !== 'string') return refused
  const said = quoted(`${field}: ${reason}`, secrets)
  return new DeliveryError(`${hostOf(url)} answered ${answer.status}: ${said}`, refused.outcome)
}

async function ask(job: Job, path: string, json?: object): Promise<Answer> {
  const { settings, post } = job
  const { site, user = '', token } = settings
  const basic = () => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`
  const url = `${site.replace(/\/+$/, '')}/rest/api/${isCloud(settings) ? 3 : 2}${path}`
  const headers = { authorization: isCloud(settings) ? basic() : `Bearer ${token}`, accept: 'application/json' }
  const answer = await post(url, { headers, expect: [400], ...(json ? { json } : { method: 'GET' }) })
  if (answer.status === 400)
    throw failureOf(url, answer, { now: job.now, secrets: [...secretsIn(url, headers), token] })
  return answer
}

/** Issues are found by their label, and what was just made is not in Jira's index yet: so it is remembered too. */
const made = remembering<string>()

async function issueOf(job: Job, key: string): Promise<string | undefined> {
  const { site, project } = job.settings
  const known = made.get(`${site} ${project} ${key}`)
  if (known) return known
  const jql = `project = "${project}" AND labels = "${labelOf(key)}" ORDER BY created DESC`
  // https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/: the older address is gone there
  const path = isCloud(job.settings) ? '/search/jql' : '/search'
  const answer = await ask(job, path, { jql, maxResults: 1, fields: ['summary'] })
  const found = fieldOf(answer.json(), 'issues', '0', 'key')
  return typeof found === 'string' ? found : undefined
}

async function open(job: Job, key: string) {
  const { settings, notice } = job
  const { project, issue_type = 'Task', labels = [] } = settings
  const body = [notice.body, notice.kind === 'test' ? '' : `Severity: ${notice.severity}`].join('\n')
  const answer = await ask(job, '/issue', {
    fields: {
      project: { key: project },
      issuetype: { name: issue_type },
      summary: headline(notice, SUMMARY),
      description: rich(settings, body, notice),
      labels: [...new Set(['xinex', labelOf(key), ...labels])],
    },
  })
  const issue = fieldOf(answer.json(), 'key')
  if (typeof issue !== 'string') return { answer: String(answer.status) }
  made.set(`${settings.site} ${project} ${key}`, issue)
  return { answer: `${answer.status} ${issue}`, external_id: issue }
}

/** The step of that name, if the issue may take it now. */
async function close(job: Job, issue: string, wanted: string): Promise<string> {
  const path = `/issue/${encodeURIComponent(issue)}/transitions`
  const all = fieldOf((await ask(job, path)).json(), 'transitions')
  const named = (Array.isArray(all) ? all : []).find((one) => {
    const names = [fieldOf(one, 'name'), fieldOf(one, 'to', 'name')]
    return names.some((name) => typeof name === 'string' && name.toLowerCase() === wanted.toLowerCase())
  })
  const id = fieldOf(named, 'id')
  if (typeof id !== 'string') return ` · it has no transition ${oneLine(wanted)} now`
  await ask(job, path, { transition: { id } })
  return ` · ${oneLine(wanted)}`
}

async function follow(job: Job, issue: string) {
  const { settings, notice } = job
  const body = rich(settings, [headline(notice, SUMMARY), notice.body].join('\n'), notice)
  const { status } = await ask(job, `/issue/${encodeURIComponent(issue)}/comment`, { body })
  const ends = notice.kind === 'up' && settings.done_transition
  const closed = ends ? await close(job, issue, ends) : ''
  return { answer: fit(`${status} ${issue}${closed}`, 500), external_id: issue }
}

/** https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/ */
export const jira = defineChannel({
  type: 'jira',
  title: 'Jira',
  summary: 'Opens an issue for an incident, and comments on it until the incident is over.',
  docs: 'https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/',
  notes:
    'One incident is one issue, found again by its label `xinex-…`. What cannot be found again gets no second issue: only the opening makes one. A test message opens an issue, which you can delete.',
  settings,

  label: ({ site, project }) => `${hostOf(site)}/${project}`,

  check(of) {
    return {
      ...urlFaults('settings.site', of.site),
      ...(isCloud(of) && !of.user && { 'settings.user': 'Enter the e-mail address that the API token belongs to.' }),
      ...(of.token !== MASK && /\s/.test(of.token) && { 'settings.token': 'A token has no spaces.' }),
    }
  },

  async send(job) {
    const key = keyOf(job.notice)
    if (key === undefined) return nothing
    const issue = job.notice.kind === 'test' ? undefined : await issueOf(job, key)
    if (issue) return follow(job, issue)
    if (job.notice.kind === 'down' || job.notice.kind === 'test') return open(job, key)
    return { answer: 'Nothing was sent: there is no issue for this incident.' }
  },
})
