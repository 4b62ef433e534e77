import { Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui } from '#kernel/form'
import type { TlsAsk } from '#probes/dial-tls'
import type { Redact } from '#probes/redact'
import { tlsAsk } from '#probes/tls-fields'

/** What servers of data have in common in their settings. */

const TLS_MODES = ['disable', 'require', 'verify'] as const
type TlsMode = (typeof TLS_MODES)[number]

export const tlsField = t.Optional(
  oneOf(TLS_MODES, {
    title: 'TLS',
    description: 'Not at all, encrypted with any certificate, or with a certificate that is verified.',
    default: 'disable',
    ...ui({ group: 'basic', widget: 'segmented', span: 1 }),
  }),
)

export const usernameField = (description: string, preset?: string) =>
  t.Optional(
    t.String({
      title: 'User',
      description,
      maxLength: 256,
      pattern: '^[^\\u0000]*$',
      ...(preset && { default: preset }),
      ...ui({ group: 'basic', span: 1, mono: true }),
    }),
  )

export const passwordField = t.Optional(
  secret({
    title: 'Password',
    description: 'Stored sealed and never shown.',
    maxLength: 1_024,
    ...ui({ group: 'basic', span: 1 }),
  }),
)

export const databaseField = (description: string) =>
  t.Optional(
    t.String({
      title: 'Database',
      description,
      maxLength: 256,
      pattern: '^[^\\u0000]*$',
      ...ui({ group: 'basic', span: 1, mono: true }),
    }),
  )

export const queryField = t.Optional(
  t.String({
    title: 'Query',
    description: 'SQL to run; the first result counts.',
    maxLength: 8_192,
    pattern: '^[^\\u0000]*$',
    default: 'select 1',
    ...ui({ group: 'basic', widget: 'code', mono: true }),
  }),
)

export const roleField = <const T extends readonly ['any', ...string[]]>(roles: T, description: string) =>
  t.Optional(
    oneOf(roles, {
      title: 'Role',
      description,
      default: 'any',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
    }),
  )

/** How to do TLS with a server of data, in its mode. */
export const tlsInMode = ({ host, tls, ca }: { host: string; tls: TlsMode; ca: string }, now: () => number): TlsAsk =>
  tlsAsk({ verify_tls: tls === 'verify', min_tls: 'any', ca }, { host, now })

/** A server's own words, without line breaks, secrets or more than a sentence's length. */
export const quoted = (text: string, redact: Redact): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal or a page must not get from a server
  const plain = redact(text.replace(/[\u0000-\u001f\u007f]+/g, ' ')).trim()
  return plain.length > 160 ? `${plain.slice(0, 159)}…` : plain
}
