import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { createEmulator } from 'emulate'
import { awsSns } from '#channels/aws_sns'
import { listen, NOW, notice, refusalOf, send } from '#channels/fixtures'
import { fieldOf } from '#channels/post'
import { signed } from '#channels/sigv4'
import { twilio } from '#channels/twilio'

const open: { close: () => void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})
const server = (reply: Parameters<typeof listen>[0]) => {
  const made = listen(reply)
  open.push(made)
  return made
}

const ACCOUNT = 'AC00000000000000000000000000000000'
const KEY = 'SK00000000000000000000000000000000'
const account = {
  account_sid: ACCOUNT,
  auth_token: 'twilio_test_auth_token',
  from: '+15551234567',
  to: ['+4915112345678'],
}

/** Somebody else's imitation of Twilio: https://www.npmjs.com/package/emulate */
let emulator: { close: () => Promise<void> }
let imitation = ''
beforeAll(async () => {
  const probe = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port } = probe
  await probe.stop(true)
  emulator = await createEmulator({ service: 'twilio', port })
  imitation = `http://hook.example.test:${port}`
})
afterAll(() => emulator.close())

const messages = async (): Promise<unknown[]> => {
  const authorization = `Basic ${Buffer.from(`${ACCOUNT}:twilio_test_auth_token`).toString('base64')}`
  const url = `${imitation.replace('hook.example.test', '127.0.0.1')}/2010-04-01/Accounts/${ACCOUNT}/Messages.json`
  const found = fieldOf(await (await fetch(url, { headers: { authorization } })).json(), 'messages')
  return Array.isArray(found) ? found : []
}

test('a message arrives at Twilio for every recipient, with the link', async () => {
  const to = ['+4915112345678', '+4915112345679']
  const { answer, external_id } = await send(twilio, { ...account, server: imitation, to })
  expect([answer, external_id?.slice(0, 2)]).toEqual(['201, 2 of 2', 'SM'])
  const body = `API is down\n${notice.body}\n${notice.url}`
  for (const number of to)
    expect(await messages()).toContainEqual(expect.objectContaining({ to: number, from: account.from, body }))
})

test('an API key and a messaging service will do, and a wrong token is for a person to mend', async () => {
  const key = { ...account, server: imitation, key_sid: KEY, auth_token: 'twilio_test_api_secret' }
  expect((await send(twilio, key)).answer).toBe('201, 1 of 1')
  const { outcome, message } = await refusalOf(send(twilio, { ...account, server: imitation, auth_token: 'wrong' }))
  expect(outcome).toBe('disable')
  expect(message).not.toContain('wrong')
})

test('a messaging service sends instead of a number', async () => {
  const { url, received } = server(() => Response.json({ sid: 'SM1' }, { status: 201 }))
  const from = `MG${'a'.repeat(32)}`
  await send(twilio, { ...account, server: url, from })
  const form = new URLSearchParams(received[0]!.body)
  expect([form.get('MessagingServiceSid'), form.get('From'), form.get('To')]).toEqual([from, null, '+4915112345678'])
})

const refusing = (code: number, numbers: string[]) => (_: Request, body: string) =>
  numbers.includes(new URLSearchParams(body).get('To') ?? '')
    ? Response.json({ code, message: "The 'To' number is not valid.", status: 400 }, { status: 400 })
    : Response.json({ sid: 'SM1' }, { status: 201 })

test('a number that is none is given up, but a sender that is none is for a person to mend', async () => {
  const bad = ['+4915112345678']
  const wrong = await refusalOf(send(twilio, { ...account, server: server(refusing(21211, bad)).url }))
  expect(wrong.outcome).toBe('give-up')
  expect(wrong.message).toEndWith("answered 400: The 'To' number is not valid. (error 21211)")
  const sender = await refusalOf(send(twilio, { ...account, server: server(refusing(21606, bad)).url }))
  expect(sender.outcome).toBe('disable')
})

test('one bad number does not keep the message from the others', async () => {
  const to = ['+49151', '+4915112345678'].map((number) => number.padEnd(12, '0'))
  const { url, received } = server(refusing(21211, [to[0]!]))
  const { answer } = await send(twilio, { ...account, server: url, to })
  expect(answer).toStartWith('201, 1 of 2 · ')
  expect(answer).toContain('error 21211')
  expect(received).toHaveLength(2)
})

test('a second attempt is for those that the first did not reach', async () => {
  let busy = true
  const { url, received } = server((_, body) =>
    busy && body.includes('79')
      ? new Response('', { status: 429, headers: { 'retry-after': '7' } })
      : Response.json({ sid: 'SM1' }, { status: 201 }),
  )
  const settings = { ...account, server: url, to: ['+4915112345678', '+4915112345679', '+4915112345677'] }
  const first = await refusalOf(send(twilio, settings))
  expect([first.outcome, first.retry_after_s]).toEqual(['retry', 7])
  busy = false
  expect((await send(twilio, settings)).answer).toBe('201, 3 of 3')
  const tos = received.map(({ body }) => new URLSearchParams(body).get('To')?.slice(-2))
  expect(tos).toEqual(['78', '79', '77', '79'])
})

test('the link that acknowledges is in the text', async () => {
  const { url, received } = server(() => Response.json({ sid: 'SM1' }, { status: 201 }))
  const act = { kind: 'acknowledge' as const, label: 'Acknowledge', url: 'https://xinex.example.com/a/t', token: 't' }
  await send(twilio, { ...account, server: url }, { notice: { ...notice, body: 'é'.repeat(9_000), actions: [act] } })
  const text = new URLSearchParams(received[0]!.body).get('Body')!
  expect(text).toEndWith(`${notice.url}\nAcknowledge: https://xinex.example.com/a/t`)
  expect(text.length).toBeLessThanOrEqual(1600)
})

// AWS's own test vectors: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-test-suite.html
const example = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const scope = { region: 'us-east-1', service: 'service', now: Date.parse('2015-08-30T12:36:00Z') }
const root = 'https://example.amazonaws.com/'
test.each([
  [
    'get-vanilla',
    'GET',
    root,
    {},
    '',
    'host;x-amz-date',
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'post-vanilla',
    'POST',
    root,
    {},
    '',
    'host;x-amz-date',
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    ...['post-vanilla-query', 'POST', `${root}?Param1=value1`, {}, '', 'host;x-amz-date'],
    '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  ],
  [
    ...['post-header-value-case', 'POST', root, { 'My-Header1': 'VALUE1' }, '', 'host;my-header1;x-amz-date'],
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  ],
  [
    ...['post-x-www-form-urlencoded', 'POST', root, { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ...['Param1=value1', 'content-type;host;x-amz-date'],
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
] as [string, string, string, Record<string, string>, string, string, string][])(
  'the signature is that of AWS’s test vector %s',
  (_, method, url, headers, body, names, signature) => {
    expect(signed({ method, url, headers, body }, example, scope).authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    )
  },
)

test('a session token is sent and signed', () => {
  const keys = { ...example, session_token: 'AQoDYXdzEPT//////////wEXAMPLEtEXAMPLE' }
  const headers = signed({ method: 'GET', url: root, headers: {}, body: '' }, keys, scope)
  expect(headers['x-amz-security-token']).toBe(keys.session_token)
  expect(headers.authorization).toEndWith('edaa8d606468f4d6bcd2ed19b063100237fc7c92517ce3ef0bfb21177c74ac5d')
})

const keys = { access_key_id: 'AKIDEXAMPLEAKIDEX', secret_access_key: example.secret_access_key }
const topic = { ...keys, topic_arn: 'arn:aws:sns:eu-central-1:123456789012:alerts' }
const published = () =>
  new Response('<PublishResponse><PublishResult><MessageId>94f20ce6</MessageId></PublishResult></PublishResponse>')

test('a topic gets subject, text and the attributes that subscribers choose by, signed as it is sent', async () => {
  const { url, received, port } = server(published)
  expect(await send(awsSns, { ...topic, server: url })).toEqual({ answer: '200', external_id: '94f20ce6' })
  const { headers, body } = received[0]!
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: topic.topic_arn,
    Subject: 'API is down',
    Message: `API is down\n\n${notice.body}\n\n${notice.url}`,
    'MessageAttributes.entry.1.Name': 'event',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'incident.created',
    'MessageAttributes.entry.2.Name': 'severity',
    'MessageAttributes.entry.2.Value.DataType': 'String',
    'MessageAttributes.entry.2.Value.StringValue': 'critical',
  })
  // Signed anew from what arrived, as AWS does.
  const again = signed(
    {
      ...{ method: 'POST', url: `http://${headers.get('host')}/`, body },
      headers: { 'content-type': headers.get('content-type')! },
    },
    keys,
    { region: 'eu-central-1', service: 'sns', now: NOW },
  )
  expect(headers.get('host')).toBe(`hook.example.test:${port}`)
  expect(headers.get('authorization')).toBe(again.authorization!)
})

test('a subject is printable ASCII of less than a hundred characters', async () => {
  const { url, received } = server(published)
  for (const title of ['Größe → 5 ✓\r\nBcc: x', ' \t', '🔥'.repeat(300), 'x'.repeat(300)])
    await send(awsSns, { ...topic, server: url }, { notice: { ...notice, title } })
  const subjects = received.map(({ body }) => new URLSearchParams(body).get('Subject')!)
  expect(subjects.slice(0, 2)).toEqual(['Grosse ? 5 ? Bcc: x'.replace('ss', '?'), 'Xinex'])
  for (const subject of subjects) expect(subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/)
})

test('messages of an ordered topic belong to their incident, and a phone gets a short text', async () => {
  const { url, received } = server(published)
  await send(awsSns, { ...topic, topic_arn: `${topic.topic_arn}.fifo`, server: url })
  await send(awsSns, { ...keys, phone: '+4915112345678', region: 'eu-central-1', server: url })
  const [fifo, phone] = received.map(({ body }) => new URLSearchParams(body))
  expect([fifo!.get('MessageGroupId'), fifo!.get('MessageDeduplicationId')]).toEqual(['inc_1', 'dlv_0001'])
  expect([phone!.get('PhoneNumber'), phone!.get('TopicArn')]).toEqual(['+4915112345678', null])
  expect(phone!.get('Message')).toBe(`API is down\n${notice.body}\n${notice.url}`)
})

test.each([
  [400, 'InvalidParameter', 'give-up'],
  [400, 'Throttling', 'retry'],
  [403, 'SignatureDoesNotMatch', 'disable'],
  [404, 'NotFound', 'disable'],
] as const)('SNS’s %i %s means %s, and its reason is in the log', async (status, code, outcome) => {
  const xml = `<ErrorResponse><Error><Code>${code}</Code><Message>Because of something</Message></Error></ErrorResponse>`
  const { url, port } = server(() => new Response(xml, { status }))
  const error = await refusalOf(send(awsSns, { ...topic, server: url }))
  const where = `hook.example.test:${port}`
  expect([error.outcome, error.message]).toEqual([outcome, `${where} answered ${status}: ${code} Because of something`])
})

test('a topic or a phone number, and the region that belongs to it', () => {
  expect(awsSns.check?.(keys)).toHaveProperty(['settings.topic_arn'])
  expect(awsSns.check?.({ ...keys, phone: '+4915112345678' })).toHaveProperty(['settings.region'])
  expect(awsSns.check?.({ ...topic, phone: '+4915112345678', region: 'eu-central-1' })).toHaveProperty([
    'settings.phone',
  ])
})
