import { awsSns } from '#channels/aws_sns'
import { type Driver, field, http, PLANTED, path, TITLE_TRICKS } from '#channels/driver.fixtures'
import { scriptDriver, syslogDriver } from '#channels/drivers-local.fixtures'
import type { Received } from '#channels/fixtures'
import { jira } from '#channels/jira'
import { opsgenie } from '#channels/opsgenie'
import { pagerduty } from '#channels/pagerduty'
import { fieldOf } from '#channels/post'
import { twilio } from '#channels/twilio'
import { zendesk } from '#channels/zendesk'

const text = (value: unknown) => (typeof value === 'string' ? value : '')
/** A test ends its own alert at once: that is no second message. */
const endsTest = (alias: unknown, ends: boolean) => ends && text(alias).startsWith('xinex-')

/** The lines of the first paragraph of an issue's description or a comment. */
function linesOf({ json }: Received): string[] {
  const rich = fieldOf(json, 'fields', 'description') ?? fieldOf(json, 'body')
  const content = fieldOf(rich, 'content', '0', 'content')
  return (Array.isArray(content) ? content : []).flatMap((node) => text(fieldOf(node, 'text')) || [])
}
const ticketBody = ({ json }: Received) => text(fieldOf(json, 'ticket', 'comment', 'body'))

/** On-call services, ticket systems and the machine's own tools. */
export const toolDrivers: Driver[] = [
  http(pagerduty, (server) => ({ server, routing_key: PLANTED }), {
    title: path('payload', 'summary'),
    body: path('payload', 'custom_details', 'message'),
    counts: ({ json }) => !endsTest(fieldOf(json, 'dedup_key'), fieldOf(json, 'event_action') === 'resolve'),
    limit: 1024,
    body_limit: 20_000,
    // https://developer.pagerduty.com/docs/events-api-v2-overview#size-limits
    max_bytes: 512_000,
    tricks: TITLE_TRICKS,
    body_tricks: TITLE_TRICKS,
  }),
  http(opsgenie, (server) => ({ server, api_key: PLANTED, tags: ['xinex'] }), {
    title: path('message'),
    body: path('description'),
    counts: (received) => !endsTest(received.path.split('/')[3], received.path.includes('/close?')),
    accepted: { result: 'Request will be processed', took: 0.3, requestId: '43a29c5c-3dbf-4fa4-9c26-f4f71023e120' },
    limit: 130,
    body_limit: 15_000,
    tricks: TITLE_TRICKS,
  }),
  http(
    twilio,
    (server) => ({
      ...{ server, account_sid: `AC${'0'.repeat(32)}`, auth_token: PLANTED },
      ...{ from: '+15551230000', to: ['+4915112345678'] },
    }),
    {
      title: (received) => text(field('Body')(received)).split('\n')[0],
      body: field('Body'),
      limit: 200,
      body_limit: 1600,
      tricks: TITLE_TRICKS,
    },
  ),
  http(
    awsSns,
    (server) => ({
      ...{ server, topic_arn: 'arn:aws:sns:eu-central-1:123456789012:alerts' },
      ...{ access_key_id: 'AKIDEXAMPLEAKIDEX', secret_access_key: PLANTED },
    }),
    {
      title: field('Subject'),
      body: field('Message'),
      body_limit: 61_002,
      tricks: TITLE_TRICKS,
    },
  ),
  http(
    jira,
    (site) => ({ site, deployment: 'cloud' as const, user: 'ops@example.com', token: PLANTED, project: 'OPS' }),
    {
      title: (received) => fieldOf(received.json, 'fields', 'summary') ?? linesOf(received)[0],
      body: (received) => linesOf(received).join('\n'),
      counts: ({ path: at }) => /\/(issue|comment)$/.test(at),
      accepted: { issues: [{ key: 'OPS-7' }], key: 'OPS-7', id: '10007' },
      limit: 255,
      body_limit: 30_000,
      tricks: TITLE_TRICKS,
    },
  ),
  http(zendesk, (site) => ({ site, user: 'ops@example.com', token: PLANTED }), {
    title: (received) => fieldOf(received.json, 'ticket', 'subject') ?? ticketBody(received).split('\n')[0],
    body: ticketBody,
    counts: ({ method }) => method !== 'GET',
    accepted: { tickets: [{ id: 7, status: 'open' }], ticket: { id: 7 } },
    limit: 150,
    body_limit: 61_000,
    tricks: TITLE_TRICKS,
  }),
  syslogDriver,
  scriptDriver,
]
