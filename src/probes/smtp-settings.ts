import { Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui } from '#kernel/form'
import { familyField, filled, hostField, portField } from '#probes/fields'
import { tlsFields } from '#probes/tls-fields'

export const AUTHS = ['none', 'auto', 'plain', 'login'] as const
const signedIn = { showIf: { field: 'auth', is: AUTHS.filter((it) => it !== 'none') } }

/** One address without anything that could end the command it stands in; the empty one is allowed. */
const mailbox = (title: string, description: string, presentation: Parameters<typeof ui>[0]) =>
  t.Optional(
    t.String({
      title,
      description,
      maxLength: 254,
      pattern: '^([!-;=?A-~]+@[!-;=?A-~]+)?$',
      ...ui({ span: 1, ...presentation }),
    }),
  )

export const smtpSettings = t.Object({
  host: hostField('Name or address of the mail server.', 'mail.example.com'),
  port: portField(25, 25),
  security: t.Optional(
    oneOf(['none', 'starttls', 'tls'], {
      title: 'Encryption',
      description: 'STARTTLS on ports 25 and 587, TLS at once on port 465.',
      default: 'none',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
  auth: t.Optional(
    oneOf(AUTHS, {
      title: 'Sign in',
      description: 'Automatic uses PLAIN where the server offers it, else LOGIN.',
      default: 'none',
      ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
    }),
  ),
  username: t.Optional(
    t.String({ title: 'User name', maxLength: 500, ...ui({ group: 'basic', span: 1, ...signedIn }) }),
  ),
  password: t.Optional(secret({ title: 'Password', ...ui({ group: 'basic', span: 1, ...signedIn }) })),
  rcpt_to: mailbox('Accepts mail for', 'Asks whether this mailbox would be accepted; nothing is sent.', {
    group: 'basic',
    placeholder: 'postmaster@example.com',
  }),
  mail_from: mailbox('Sender', 'Named when asking for a mailbox; empty is the null sender of bounces.', {
    group: 'advanced',
  }),
  ehlo_name: t.Optional(
    t.String({
      title: 'Own name',
      description: 'What we call ourselves in EHLO.',
      default: 'monitor.invalid',
      minLength: 1,
      maxLength: 253,
      pattern: '^[A-Za-z0-9.:_\\[\\]-]+$',
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  greeting_code: t.Optional(
    t.Integer({
      title: 'Greeting',
      description: 'The code the server has to greet with; the check ends there unless it begins with 2.',
      minimum: 200,
      maximum: 599,
      default: 220,
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  ...tlsFields({ field: 'security', is: ['starttls', 'tls'] }),
  family: familyField,
})

export type SmtpSettings = (typeof smtpSettings)['static']

/** Rules across fields. */
export function checkSmtp({ settings: given }: { settings: SmtpSettings }): Record<string, string> {
  const { auth, security, username, password } = filled(smtpSettings, given)
  if (auth === 'none') return {}
  return {
    ...(security === 'none' && { 'settings.auth': 'would send the password unencrypted; choose STARTTLS or TLS' }),
    ...(!username && { 'settings.username': 'is needed to sign in' }),
    ...(!password && { 'settings.password': 'is needed to sign in' }),
  }
}
