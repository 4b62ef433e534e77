import { Type as t } from '@sinclair/typebox'
import { oneOf, secret, ui } from '#kernel/form'
import { caField, familyField, minTlsField } from '#probes/fields'
import { certificateDaysField, clientCertificateFields, verifyTlsField } from '#probes/tls-fields'

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
export const AUTHS = ['none', 'basic', 'digest', 'bearer', 'oauth2'] as const
const OPERATORS = ['equals', 'not_equals', 'contains', 'greater', 'less', 'exists'] as const

const when = (field: string, ...is: (string | boolean)[]) => ({ showIf: { field, is } })
const text = (title: string, description: string, presentation: Parameters<typeof ui>[0], maxLength = 2_000) =>
  t.Optional(t.String({ title, description, maxLength, ...ui({ group: 'advanced', ...presentation }) }))

const WITH_BODY = ['POST', 'PUT', 'PATCH', 'DELETE']

const request = {
  method: t.Optional(
    oneOf(METHODS, {
      title: 'Method',
      description: 'HEAD saves traffic but cannot check the content.',
      default: 'GET',
      ...ui({ group: 'basic', widget: 'select', span: 1 }),
    }),
  ),
  accepted_status: t.Optional(
    t.String({
      title: 'Accepted status',
      description: 'Codes and ranges that count as up, separated by commas.',
      default: '200-299',
      pattern: '^\\s*[1-5]\\d\\d(\\s*-\\s*[1-5]\\d\\d)?(\\s*,\\s*[1-5]\\d\\d(\\s*-\\s*[1-5]\\d\\d)?)*\\s*$',
      maxLength: 200,
      examples: ['200-299,301'],
      ...ui({ group: 'basic', span: 1, mono: true, placeholder: '200-299' }),
    }),
  ),
  keyword: t.Optional(
    t.String({
      title: 'Must contain',
      description: 'The check fails when this text is missing from the answer.',
      maxLength: 1_000,
      ...ui({ group: 'basic' }),
    }),
  ),
  auth: t.Optional(
    oneOf(AUTHS, {
      title: 'Authentication',
      description: 'How the request proves who it is.',
      default: 'none',
      ...ui({ group: 'basic', widget: 'segmented' }),
    }),
  ),
  username: t.Optional(
    t.String({
      title: 'User name',
      maxLength: 500,
      ...ui({ group: 'basic', span: 1, ...when('auth', 'basic', 'digest') }),
    }),
  ),
  password: t.Optional(
    secret({ title: 'Password', ...ui({ group: 'basic', span: 1, ...when('auth', 'basic', 'digest') }) }),
  ),
  token: t.Optional(
    secret({
      title: 'Token',
      description: 'Sent as “Authorization: Bearer …”.',
      ...ui({ group: 'basic', ...when('auth', 'bearer') }),
    }),
  ),
}

const oauth = {
  oauth_token_url: text('Token URL', 'Where the client credentials are exchanged for a token.', {
    mono: true,
    ...when('auth', 'oauth2'),
  }),
  oauth_client_id: text('Client ID', 'Identifies this client at the token URL.', {
    span: 1,
    ...when('auth', 'oauth2'),
  }),
  oauth_client_secret: t.Optional(
    secret({ title: 'Client secret', ...ui({ group: 'advanced', span: 1, ...when('auth', 'oauth2') }) }),
  ),
  oauth_scope: text('Scope', 'Space-separated scopes to ask for.', { ...when('auth', 'oauth2') }),
}

const content = {
  headers: t.Optional(
    t.Record(t.String(), t.String({ maxLength: 8_192 }), {
      title: 'Request headers',
      description: 'Sent with every request; a Host header replaces the name from the URL.',
      maxProperties: 50,
      ...ui({ group: 'advanced', widget: 'kv' }),
    }),
  ),
  secret_header_name: text('Secret header', 'Name of a header whose value is stored encrypted.', {
    span: 1,
    placeholder: 'X-Api-Key',
  }),
  secret_header_value: t.Optional(secret({ title: 'Secret header value', ...ui({ group: 'advanced', span: 1 }) })),
  body: text('Request body', 'Sent as it is.', { widget: 'code', mono: true, ...when('method', ...WITH_BODY) }, 65_536),
  content_type: t.Optional(
    t.String({
      title: 'Body type',
      description: 'The Content-Type of the request body.',
      default: 'application/json',
      maxLength: 200,
      ...ui({ group: 'advanced', span: 1, mono: true, ...when('method', ...WITH_BODY) }),
    }),
  ),
}

const assertions = {
  keyword_absent: text('Must not contain', 'The check fails when this text appears in the answer.', {}, 1_000),
  body_pattern: text('Must match', 'A regular expression (RE2 syntax) the answer has to match.', { mono: true }, 1_000),
  json_path: text('JSON value', 'JMESPath expression that picks a value from a JSON answer.', {
    mono: true,
    placeholder: 'status.database',
  }),
  json_operator: t.Optional(
    oneOf(OPERATORS, {
      title: 'Comparison',
      description: 'How the JSON value is compared.',
      default: 'equals',
      ...ui({ group: 'advanced', widget: 'select', span: 1 }),
    }),
  ),
  json_value: text('Expected value', 'Compared as a number when both sides are numbers.', { span: 1 }, 1_000),
  expected_headers: t.Optional(
    t.Record(t.String(), t.String({ maxLength: 1_000 }), {
      title: 'Expected headers',
      description: 'Each must be there and contain the text; leave the text empty to ask only for the header.',
      maxProperties: 20,
      ...ui({ group: 'advanced', widget: 'kv' }),
    }),
  ),
  max_time_ms: t.Optional(
    t.Integer({
      title: 'Longest time',
      description: 'Slower answers count as down; 0 turns this off.',
      minimum: 0,
      maximum: 300_000,
      default: 0,
      ...ui({ group: 'advanced', span: 1, suffix: 'ms' }),
    }),
  ),
  certificate_days: certificateDaysField(),
}

const connection = {
  follow_redirects: t.Optional(
    t.Boolean({
      title: 'Follow redirects',
      description: 'Judge the page at the end of the redirects.',
      default: true,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  max_redirects: t.Optional(
    t.Integer({
      title: 'Most redirects',
      description: 'More than this counts as a redirect loop.',
      minimum: 1,
      maximum: 20,
      default: 5,
      ...ui({ group: 'advanced', span: 1, ...when('follow_redirects', true) }),
    }),
  ),
  verify_tls: verifyTlsField(),
  min_tls: minTlsField,
  family: familyField,
  http_version: t.Optional(
    oneOf(['auto', '2'], {
      title: 'HTTP version',
      description: 'Automatic speaks HTTP/1.1, which nearly every server understands; 2 is for those that do not.',
      default: 'auto',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
    }),
  ),
  reuse_connection: t.Optional(
    t.Boolean({
      title: 'Reuse the connection',
      description: 'Saves handshakes at short intervals, but a check then says less about connecting.',
      default: false,
      ...ui({ group: 'advanced', span: 1, ...when('http_version', 'auto') }),
    }),
  ),
  ca: caField,
  ...clientCertificateFields,
  proxy_url: text('Proxy', 'Requests go through this HTTP or SOCKS 5 proxy (http, socks5 or socks5h).', {
    mono: true,
    placeholder: 'http://proxy.internal:3128',
  }),
  proxy_username: text('Proxy user', 'Only for proxies that ask for it.', { span: 1 }, 500),
  proxy_password: t.Optional(secret({ title: 'Proxy password', ...ui({ group: 'advanced', span: 1 }) })),
}

export const httpSettings = t.Object({ ...request, ...oauth, ...content, ...assertions, ...connection })

export type HttpSettings = (typeof httpSettings)['static']
