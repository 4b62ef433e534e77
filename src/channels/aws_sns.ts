import { Type as t } from '@sinclair/typebox'
import { bodyWithLink, keyOf, shortText } from '#channels/alert'
import { type Answer, DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { refusal } from '#channels/post'
import { signed } from '#channels/sigv4'
import { fit, hostOf, oneLine, quoted, secretsIn, urlFaults } from '#channels/text'
import { E164 } from '#channels/twilio'
import { secret, ui } from '#kernel/form'

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: subject below 100 ASCII characters that begins with a letter,
// digit or sign; message 256 KB; a text message 1600 characters
const SUBJECT = 97
const MESSAGE = 60_000
const SMS = 1600
const ARN = '^arn:aws[a-z-]*:sns:[a-z0-9-]{4,30}:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$'

const settings = t.Object({
  topic_arn: t.Optional(
    t.String({
      title: 'Topic ARN',
      pattern: ARN,
      description: 'The topic whose subscribers get every message.',
      ...ui({ mono: true, placeholder: 'arn:aws:sns:eu-central-1:123456789012:alerts' }),
    }),
  ),
  phone: t.Optional(
    t.String({
      title: 'Phone number',
      pattern: E164,
      description: 'Instead of a topic: one number, with a plus and the country code.',
      ...ui({ span: 1, mono: true, placeholder: '+4915112345678' }),
    }),
  ),
  region: t.Optional(
    t.String({
      title: 'Region',
      pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$',
      description: 'Needed for a phone number; a topic’s ARN names its own.',
      ...ui({ span: 1, mono: true, placeholder: 'eu-central-1' }),
    }),
  ),
  access_key_id: t.String({
    title: 'Access key id',
    pattern: '^[A-Z0-9]{16,128}$',
    description: 'Of a user or role that may do sns:Publish and nothing else.',
    ...ui({ mono: true }),
  }),
  secret_access_key: secret({
    title: 'Secret access key',
    minLength: 1,
    maxLength: 256,
    description: 'Belongs to the access key.',
    ...ui({ mono: true }),
  }),
  session_token: t.Optional(
    secret({
      title: 'Session token',
      description: 'Only for temporary keys.',
      ...ui({ group: 'advanced', mono: true }),
    }),
  ),
  server: t.Optional(
    t.String({
      title: 'Endpoint',
      format: 'uri',
      maxLength: 2048,
      description: 'Only for a private endpoint, or a program that speaks like SNS.',
      ...ui({ group: 'advanced', mono: true, placeholder: 'https://sns.eu-central-1.amazonaws.com' }),
    }),
  ),
})
type Settings = (typeof settings)['static']

const regionOf = ({ topic_arn, region }: Settings) => topic_arn?.split(':')[3] ?? region ?? 'us-east-1'

function endpointOf(of: Settings): string {
  if (of.server) return `${of.server.replace(/\/+$/, '')}/`
  const region = regionOf(of)
  return `https://sns.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`
}

/** What the subject of a mail may be made of; others become question marks, as they would on the way. */
const ascii = (text: string) =>
  fit(
    oneLine(text)
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/…/g, '...')
      .replace(/[^\x20-\x7e]/gu, '?')
      .replace(/^[^\x21-\x7e]+/, ''),
    SUBJECT,
  ).replace('…', '...')

/** Subscribers may choose by these: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
const attributes = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value], i) => {
      const at = `MessageAttributes.entry.${i + 1}`
      return [
        [`${at}.Name`, name],
        [`${at}.Value.DataType`, 'String'],
        [`${at}.Value.StringValue`, value],
      ]
    }),
  )

function targetOf({ topic_arn, phone = '' }: Settings, notice: Notice): Record<string, string> {
  if (!topic_arn) return { PhoneNumber: phone, Message: shortText(notice, SMS) || 'Xinex' }
  const title = fit(oneLine(notice.title), 1_000)
  return {
    TopicArn: topic_arn,
    Subject: ascii(notice.title) || 'Xinex',
    Message: [title, bodyWithLink(notice, MESSAGE)].filter(Boolean).join('\n\n') || 'Xinex',
    ...attributes({ event: notice.event, severity: notice.severity }),
    // Those of one incident stay in order, and one that is sent twice arrives once.
    ...(topic_arn.endsWith('.fifo') && {
      MessageGroupId: (keyOf(notice) ?? 'xinex').slice(0, 128),
      MessageDeduplicationId: notice.delivery_id.slice(0, 128),
    }),
  }
}

const tag = (text: string, name: string) => new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1] ?? ''

/** SNS explains itself in XML, and answers 400 to those who are too quick. */
function failureOf(url: string, answer: Answer, { settings, now }: Send<Settings>): DeliveryError {
  const { outcome, retry_after_s } = refusal(url, answer, { now })
  const code = tag(answer.text, 'Code')
  const { secret_access_key, session_token = '', access_key_id } = settings
  const secrets = [...secretsIn(url), secret_access_key, session_token, access_key_id].filter(Boolean)
  const reason = quoted(`${code} ${tag(answer.text, 'Message')}`.trim(), secrets)
  const message = `${hostOf(url)} answered ${answer.status}${reason && `: ${reason}`}`
  const busy = /^Throttl|^RequestLimit|^KMSThrottling/.test(code)
  return new DeliveryError(message, busy ? 'retry' : outcome, retry_after_s)
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const awsSns = defineChannel({
  type: 'aws_sns',
  title: 'AWS SNS',
  summary: 'Publishes to an SNS topic, or sends a text message through it.',
  docs: 'https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html',
  notes:
    'Subscribers of a topic can choose by the attributes `event` and `severity`. Topics whose name ends in `.fifo` get the messages of one incident in order.',
  people: true,
  settings,

  label: ({ topic_arn, phone }) => topic_arn?.split(':').at(-1) ?? phone ?? 'AWS SNS',

  check({ topic_arn, phone, region, server }) {
    return {
      ...(!topic_arn && !phone && { 'settings.topic_arn': 'Enter a topic or a phone number.' }),
      ...(topic_arn && phone && { 'settings.phone': 'Use either a topic or a phone number.' }),
      ...(phone && !region && { 'settings.region': 'Enter the region that sends text messages.' }),
      ...(server && urlFaults('settings.server', server)),
    }
  },

  async send(job) {
    const { settings, notice, post, now } = job
    const url = endpointOf(settings)
    const form = { Action: 'Publish', Version: '2010-03-31', ...targetOf(settings, notice) }
    const body = new URLSearchParams(form).toString()
    const bare = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    const headers = signed({ method: 'POST', url, headers: bare, body }, settings, {
      region: regionOf(settings),
      service: 'sns',
      now: now(),
    })
    const answer = await post(url, { headers, body, expect: [400, 403, 404] })
    if (answer.status >= 400) throw failureOf(url, answer, job)
    const id = tag(answer.text, 'MessageId')
    return { answer: String(answer.status), ...(id && { external_id: id }) }
  },
})
