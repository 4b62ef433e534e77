import { type StringOptions, Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui } from '#kernel/form'
import { familyField, hostField, portField } from '#probes/fields'
import { expectFields, expectProblem } from '#probes/text-match'
import { clientCertificateFields, clientCertificateProblems, tlsFields } from '#probes/tls-fields'

const MODES = ['connect', 'receive', 'round_trip'] as const
const receiving = { field: 'mode', is: ['receive'] }
/** No text of MQTT may have a NUL (section 1.5.3). */
const line = (options: StringOptions) => t.Optional(t.String({ pattern: '^[^\\u0000]*$', ...options }))

export const mqttSettings = t.Object({
  host: hostField('Name or address of the broker.', 'broker.internal'),
  port: portField(1_883, 1_883),
  mode: t.Optional(
    oneOf(MODES, {
      title: 'Check',
      description: 'Only connect, wait for a message on a topic, or publish a message and wait until it comes back.',
      default: 'connect',
      ...ui({ group: 'basic', widget: 'segmented' }),
    }),
  ),
  topic: line({
    title: 'Topic',
    description: 'To receive: a topic or filter; for the round trip: a topic that only this monitor uses.',
    maxLength: 1_000,
    ...ui({ group: 'basic', mono: true, showIf: { field: 'mode', is: ['receive', 'round_trip'] } }),
  }),
  ...expectFields('The first message that arrives has to be like this.', receiving),
  username: line({ title: 'User name', maxLength: 500, ...ui({ group: 'basic', span: 1 }) }),
  password: t.Optional(secret({ title: 'Password', ...ui({ group: 'basic', span: 1 }) })),
  tls: t.Optional(
    t.Boolean({
      title: 'TLS',
      description: 'Brokers usually have it on port 8883.',
      default: false,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  client_id: line({
    title: 'Client ID',
    description: 'Default is a new one for every check; a fixed one ends any other connection that uses it.',
    maxLength: 500,
    ...ui({ group: 'advanced', span: 1, mono: true }),
  }),
  clean_session: t.Optional(
    t.Boolean({
      title: 'Clean session',
      description: 'Off continues the session the broker keeps for the client ID.',
      default: true,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  ...tlsFields({ field: 'tls', is: [true] }),
  ...clientCertificateFields,
  family: familyField,
})
export type MqttSettings = (typeof mqttSettings)['static']

/** Why this cannot be subscribed to (section 4.7), or published to when it is for a round trip. */
function topicProblem(topic: string, exact: boolean): string | undefined {
  if (!topic) return 'is needed for this check'
  if (exact && /[+#]/.test(topic)) return 'must not contain + or # for a round trip'
  if (exact && topic.startsWith('$')) return 'must not begin with $: only the broker publishes there'
  const levels = topic.split('/')
  const whole = levels.every((level, i) => !/[+#]/.test(level) || level === '+' || (level === '#' && !levels[i + 1]))
  const last = levels.indexOf('#')
  return whole && (last < 0 || last === levels.length - 1) ? undefined : 'has + or # in a place where MQTT has none'
}

/** Rules across fields, and those that JSON Schema cannot say. */
export function checkMqtt({ settings: given }: { settings: MqttSettings }): Record<string, string> {
  const { mode = 'connect', topic = '', username, password, client_id, clean_session = true } = given
  const problem = mode === 'connect' ? undefined : topicProblem(topic, mode === 'round_trip')
  return {
    ...(problem && { 'settings.topic': problem }),
    ...(password && !username && { 'settings.username': 'is needed with a password' }),
    ...(!clean_session && !client_id && { 'settings.client_id': 'is needed to continue a session' }),
    ...expectProblem(given),
    ...clientCertificateProblems(given),
  }
}
