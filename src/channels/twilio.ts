import { Type as t } from '@sinclair/typebox'
import { remembering, shortText } from '#channels/alert'
import { type Answer, DeliveryError, defineChannel, type Send } from '#channels/define'
import { fieldOf, refusal } from '#channels/post'
import { fit, secretsIn, urlFaults } from '#channels/text'
import { secret, ui } from '#kernel/form'

const SERVER = 'https://api.twilio.com'
// https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource: 1600 characters
const TEXT = 1600
/** https://www.twilio.com/docs/api/errors: the sender, the account or its rights, which are the same for every message. */
const SETTINGS_ARE_WRONG = new Set([20003, 20404, 21212, 21603, 21606, 21659, 21660, 21701, 21703])

/** A plus, a country code and a number: https://www.twilio.com/docs/glossary/what-e164 */
export const E164 = '^\\+[1-9][0-9]{6,14}$'

const settings = t.Object({
  account_sid: t.String({
    title: 'Account SID',
    pattern: '^AC[0-9a-fA-F]{32}$',
    description: 'Begins with AC, on the first page of the Twilio console.',
    ...ui({ mono: true, placeholder: 'AC…' }),
  }),
  auth_token: secret({
    title: 'Auth token',
    minLength: 1,
    maxLength: 256,
    description: 'Of the account, or the secret of an API key.',
    ...ui({ mono: true }),
  }),
  key_sid: t.Optional(
    t.String({
      title: 'API key SID',
      pattern: '^SK[0-9a-fA-F]{32}$',
      description: 'Only if the secret above belongs to an API key instead of the account.',
      ...ui({ group: 'advanced', mono: true, placeholder: 'SK…' }),
    }),
  ),
  from: t.String({
    title: 'Sender',
    // A number, a messaging service, a short code or a name.
    pattern: '^(\\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}|[0-9]{3,8}|[A-Za-z0-9 ]{1,11})$',
    description: 'A number of your account, a messaging service (MG…), or a name where those are allowed.',
    ...ui({ span: 1, mono: true, placeholder: '+15551234567' }),
  }),
  to: t.Array(t.String({ pattern: E164 }), {
    title: 'Recipients',
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    description: 'Numbers with a plus and the country code; each of them gets every message.',
    ...ui({ widget: 'list', placeholder: '+4915112345678' }),
  }),
  server: t.Optional(
    t.String({
      title: 'API server',
      format: 'uri',
      default: SERVER,
      maxLength: 2048,
      description: 'Change this only for another region of Twilio.',
      ...ui({ group: 'advanced', mono: true }),
    }),
  ),
})
type Settings = (typeof settings)['static']

/** Who got an unfinished message already: a retry is for the others. */
const reached = remembering<Set<string>>()

function failureOf(url: string, answer: Answer, options: { now: () => number; secrets: string[] }): DeliveryError {
  const code = fieldOf(answer.json(), 'code')
  const { message, outcome } = refusal(url, answer, options)
  const coded = typeof code === 'number' ? `${message} (error ${code})` : message
  return new DeliveryError(coded, SETTINGS_ARE_WRONG.has(Number(code)) ? 'disable' : outcome)
}

async function sendOne({ settings, post, now }: Send<Settings>, to: string, text: string): Promise<string | undefined> {
  const { account_sid, auth_token, key_sid = account_sid, from, server = SERVER } = settings
  const url = `${server.replace(/\/+$/, '')}/2010-04-01/Accounts/${account_sid}/Messages.json`
  const sender: Record<string, string> = /^MG/.test(from) ? { MessagingServiceSid: from } : { From: from }
  const authorization = `Basic ${Buffer.from(`${key_sid}:${auth_token}`).toString('base64')}`
  const answer = await post(url, { headers: { authorization }, form: { To: to, ...sender, Body: text }, expect: [400] })
  if (answer.status === 400)
    throw failureOf(url, answer, { now, secrets: [...secretsIn(url, { authorization }), auth_token] })
  const sid = fieldOf(answer.json(), 'sid')
  return typeof sid === 'string' ? sid.slice(0, 64) : undefined
}

/** Every number gets its try. Some that cannot be reached for good do not keep the message from the others. */
async function sendAll(job: Send<Settings>) {
  const { settings, notice } = job
  const acknowledge = notice.actions?.find(({ kind }) => kind === 'acknowledge')
  const text = shortText(notice, TEXT, acknowledge ? [`${acknowledge.label}: ${acknowledge.url}`] : [])
  const memory = `${settings.account_sid}:${settings.to.join()}:${notice.delivery_id}`
  const done = reached.get(memory) ?? new Set<string>()
  const refused: DeliveryError[] = []
  let later: DeliveryError | undefined
  let external_id: string | undefined
  for (const to of settings.to) {
    if (done.has(to)) continue
    try {
      external_id = (await sendOne(job, to, text)) ?? external_id
      done.add(to)
    } catch (cause) {
      if (!(cause instanceof DeliveryError) || cause.outcome === 'disable') throw cause
      const told = new DeliveryError(`${to}: ${cause.message}`, cause.outcome, cause.retry_after_s)
      if (cause.outcome === 'retry') later = told
      else refused.push(told)
    }
  }
  if (later) {
    if (done.size > 0) reached.set(memory, done)
    throw later
  }
  reached.forget(memory)
  if (done.size === 0 && refused[0]) throw refused[0]
  const failed = refused.length > 0 ? ` · ${refused.map(({ message }) => message).join(' · ')}` : ''
  return {
    answer: fit(`201, ${done.size} of ${settings.to.length}${failed}`, 500),
    ...(external_id && { external_id }),
  }
}

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
export const twilio = defineChannel({
  type: 'twilio',
  title: 'Twilio SMS',
  summary: 'Sends text messages to phones through your Twilio account.',
  docs: 'https://www.twilio.com/docs/messaging/quickstart',
  notes:
    'Twilio charges for each part of 160 characters (70 with characters beyond the Latin ones). To bound that, one number gets at most 5 messages in a quarter of an hour, 11 in an hour and 21 in three hours; what waits is put together.',
  people: true,
  personal: ['to'],
  // As GoAlert has it: https://github.com/target/goalert/blob/master/engine/message/ratelimit.go
  limits: [
    { count: 5, seconds: 900 },
    { count: 11, seconds: 3_600 },
    { count: 21, seconds: 10_800 },
  ],
  settings,

  label: ({ to }) => (to.length > 1 ? `${to[0]} and ${to.length - 1} more` : (to[0] ?? 'Twilio')),

  check: ({ server = SERVER }) => urlFaults('settings.server', server),

  send: sendAll,
})
