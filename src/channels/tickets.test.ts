import { afterEach, expect, test } from 'bun:test'
import Ajv from 'ajv'
import { documentOf } from '#channels/adf'
import type { Notice } from '#channels/define'
import { listen, notice, refusalOf, send } from '#channels/fixtures'
import { jira } from '#channels/jira'
import { fieldOf } from '#channels/post'
import { adf } from '#channels/provider-shapes.fixtures'
import { zendesk } from '#channels/zendesk'

const ajv = new Ajv()
const open: { close: () => void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const opened = <T extends { close: () => void }>(server: T): T => {
  open.push(server)
  return server
}

/** Jira as far as it is used: creates, finds by label, comments and moves issues. `indexes` is its search catching up. */
function jiraServer() {
  const issues: { key: string; fields: { labels: string[] }; comments: unknown[]; status: string }[] = []
  const state = { indexes: true }
  const server = listen((request, body) => {
    const { pathname } = new URL(request.url)
    const [, , , version, what, key, verb] = pathname.split('/')
    const json: unknown = body ? JSON.parse(body) : undefined
    if (what === 'search') {
      const label = /labels = "([^"]+)"/.exec(String(fieldOf(json, 'jql')))?.[1] ?? ''
      const found = issues.filter(({ fields }) => state.indexes && fields.labels.includes(label))
      return Response.json({ issues: found.map(({ key: name }) => ({ key: name })) })
    }
    const issue = issues.find((one) => one.key === key)
    if (verb === 'comment' && issue) return Response.json({ id: issue.comments.push(json) }, { status: 201 })
    if (verb === 'transitions' && issue && request.method === 'POST') {
      issue.status = String(fieldOf(json, 'transition', 'id'))
      return new Response(null, { status: 204 })
    }
    if (verb === 'transitions')
      return Response.json({ transitions: [{ id: '31', name: 'Finish', to: { name: 'Done' } }] })
    const fields = fieldOf(json, 'fields')
    if (fieldOf(fields, 'issuetype', 'name') === 'Nonsense')
      return Response.json({ errorMessages: [], errors: { issuetype: 'Specify a valid issue type' } }, { status: 400 })
    // Safe: what this version of Jira would refuse is what the test looks for.
    const made = {
      key: `OPS-${issues.length + 1}`,
      fields: fields as { labels: string[] },
      comments: [],
      status: 'open',
    }
    issues.push(made)
    return Response.json({ id: '1', key: made.key, self: `${version}` }, { status: 201 })
  })
  return opened({ ...server, issues, state })
}

const cloud = (site: string) => ({ site, user: 'ops@example.com', token: 't0k3n', project: 'OPS' })
const at = (kind: Notice['kind'], subject = 'inc_1'): { notice: Notice } => ({
  notice: { ...notice, kind, subject, title: `It is ${kind}` },
})

test('an incident is one Jira issue, with a comment for each thing that happens to it', async () => {
  const { url, issues, received } = jiraServer()
  expect(await send(jira, cloud(url), at('down'))).toEqual({ answer: '201 OPS-1', external_id: 'OPS-1' })
  for (const kind of ['down', 'acknowledged', 'updated', 'up'] as const)
    expect(await send(jira, cloud(url), at(kind))).toEqual({ answer: '201 OPS-1', external_id: 'OPS-1' })
  expect(issues).toHaveLength(1)
  expect(issues[0]!.comments).toHaveLength(4)
  expect(issues[0]!.fields).toMatchObject({
    project: { key: 'OPS' },
    issuetype: { name: 'Task' },
    summary: 'It is down',
    labels: ['xinex', 'xinex-inc_1'],
  })
  for (const body of [
    fieldOf(issues[0], 'fields', 'description'),
    ...issues[0]!.comments.map((c) => fieldOf(c, 'body')),
  ])
    expect([ajv.validate(adf, body), ajv.errorsText()]).toEqual([true, 'No errors'])
  const basic = Buffer.from('ops@example.com:t0k3n').toString('base64')
  expect(new Set(received.map(({ headers }) => headers.get('authorization')))).toEqual(new Set([`Basic ${basic}`]))
  expect(received.every(({ path }) => path.startsWith('/rest/api/3/'))).toBe(true)
})

test('an issue is found again although Jira’s search lags behind, and another incident has another issue', async () => {
  const { url, issues, state } = jiraServer()
  state.indexes = false
  await send(jira, cloud(url), at('down'))
  await send(jira, cloud(url), at('acknowledged'))
  await send(jira, cloud(url), at('down', 'inc_2'))
  expect(issues.map(({ comments }) => comments.length)).toEqual([1, 0])
})

test('what has no issue gets none by ending', async () => {
  const { url, issues } = jiraServer()
  for (const kind of ['acknowledged', 'updated', 'up'] as const)
    expect((await send(jira, cloud(url), at(kind))).answer).toStartWith('Nothing was sent')
  expect(issues).toEqual([])
})

test('Data Center gets plain text and a bearer token at the older address', async () => {
  const { url, issues, received } = jiraServer()
  const settings = { site: `${url}/`, deployment: 'data_center' as const, token: 'pat', project: 'OPS' }
  await send(jira, settings, at('down'))
  await send(jira, settings, at('up'))
  expect(received.map(({ path }) => path)).toEqual([
    '/rest/api/2/search',
    '/rest/api/2/issue',
    '/rest/api/2/issue/OPS-1/comment',
  ])
  expect(received[0]!.headers.get('authorization')).toBe('Bearer pat')
  expect(fieldOf(issues[0], 'fields', 'description')).toBe(
    `${notice.body}\nSeverity: critical\n\nOpen in Xinex: ${notice.url}`,
  )
})

test('the end of an incident moves the issue, if a transition is named and there is one', async () => {
  const { url, issues } = jiraServer()
  await send(jira, cloud(url), at('down'))
  const missing = await send(jira, { ...cloud(url), done_transition: 'Reject' }, at('up'))
  expect([missing.answer, issues[0]!.status]).toEqual(['201 OPS-1 · it has no transition Reject now', 'open'])
  await send(jira, { ...cloud(url), done_transition: 'done' }, at('up'))
  expect(issues[0]!.status).toBe('31')
})

test('Jira’s reason for a refusal is in the log by its field', async () => {
  const { url } = jiraServer()
  const { message, outcome } = await refusalOf(send(jira, { ...cloud(url), issue_type: 'Nonsense' }, at('down')))
  expect([message.replace(/^\S+/, ''), outcome]).toEqual([
    ' answered 400: issuetype: Specify a valid issue type',
    'give-up',
  ])
})

test('Cloud needs the e-mail address, and no field can smuggle in another query', () => {
  expect(jira.check?.({ site: 'https://x.atlassian.net', token: 't', project: 'OPS' })).toHaveProperty([
    'settings.user',
  ])
  const { properties } = jira.settings
  expect('OPS" OR project = "X').not.toMatch(new RegExp(properties.project.pattern!))
})

test('a document has no empty text, whatever the words', () => {
  for (const body of ['', '\n\n', ' \n x \n\n', '\0', 'x'.repeat(100_000)])
    for (const links of [[], [{ href: 'https://example.com', text: 'Open' }]])
      expect([body.length, ajv.validate(adf, documentOf(body, links)), ajv.errorsText()]).toEqual([
        ...[body.length, true, 'No errors'],
      ])
})

/** Zendesk as far as it is used; an Idempotency-Key that it knows is answered with the same ticket. */
function zendeskServer() {
  const tickets: { id: number; external_id: string; status: string; comments: unknown[]; priority: string }[] = []
  const seen = new Map<string, number>()
  const server = listen((request, body) => {
    const url = new URL(request.url)
    const ticket = body ? fieldOf(JSON.parse(body), 'ticket') : undefined
    const external_id = url.searchParams.get('external_id')
    if (external_id) return Response.json({ tickets: tickets.filter((one) => one.external_id === external_id) })
    const id = Number(/tickets\/(\d+)\.json/.exec(url.pathname)?.[1])
    const known = tickets.find((one) => one.id === id)
    if (known?.status === 'closed') return Response.json({ error: 'RecordInvalid' }, { status: 422 })
    if (known) {
      known.comments.push(fieldOf(ticket, 'comment'))
      known.status = String(fieldOf(ticket, 'status') ?? known.status)
      return Response.json({ ticket: known })
    }
    const key = request.headers.get('idempotency-key') ?? ''
    const before = seen.get(key)
    if (before) return Response.json({ ticket: { id: before } }, { status: 201 })
    const made = { id: 100 + tickets.length, status: 'new', comments: [fieldOf(ticket, 'comment')] }
    // Safe: the fields that the tests read are those that the channel sent.
    tickets.push({ ...(ticket as (typeof tickets)[number]), ...made })
    seen.set(key, made.id)
    return Response.json({ ticket: { id: made.id } }, { status: 201 })
  })
  return opened({ ...server, tickets })
}
const desk = (site: string) => ({ site, user: 'ops@example.com', token: 't0k3n' })

test('an incident is one Zendesk ticket with internal comments, solved when it is over', async () => {
  const { url, tickets, received } = zendeskServer()
  expect(await send(zendesk, desk(url), at('down'))).toEqual({ answer: '201 #100', external_id: '100' })
  for (const kind of ['acknowledged', 'updated'] as const) await send(zendesk, desk(url), at(kind))
  expect(tickets).toMatchObject([{ subject: 'It is down', external_id: 'inc_1', status: 'new', priority: 'urgent' }])
  await send(zendesk, desk(url), at('up'))
  expect([tickets.length, tickets[0]!.status, tickets[0]!.comments.length]).toEqual([1, 'solved', 4])
  for (const comment of tickets[0]!.comments) expect(comment).toMatchObject({ public: false })
  const basic = Buffer.from('ops@example.com/token:t0k3n').toString('base64')
  expect(received[0]!.headers.get('authorization')).toBe(`Basic ${basic}`)
})

test('a ticket that is opened twice by a repeated attempt is one, and stays open where that is wished', async () => {
  const { url, tickets } = zendeskServer()
  await send(zendesk, desk(url), at('down'))
  // The same attempt by a program that remembers nothing: another address of the same server.
  await send(zendesk, desk(`${url}/`), at('down'))
  expect(tickets).toHaveLength(1)
  await send(zendesk, { ...desk(url), solve: false }, at('up'))
  expect(tickets[0]!.status).toBe('new')
})

test('a ticket that was closed for ever takes no comment, and what has none gets none by ending', async () => {
  const { url, tickets } = zendeskServer()
  expect((await send(zendesk, desk(url), at('up'))).answer).toStartWith('Nothing was sent')
  await send(zendesk, desk(url), at('down'))
  tickets[0]!.status = 'closed'
  expect((await send(zendesk, desk(url), at('up'))).answer).toBe('422 #100')
  expect(tickets).toHaveLength(1)
})
