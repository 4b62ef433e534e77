import { Type as t } from '@sinclair/typebox'
import { secret, ui } from '#kernel/form'
import { familyField } from '#probes/fields'
import { expectFields } from '#probes/text-match'
import { tlsFields } from '#probes/tls-fields'

export const websocketSettings = t.Object({
  send: t.Optional(
    t.String({
      title: 'Send',
      description: 'A text message to send once the WebSocket is open.',
      maxLength: 8_192,
      ...ui({ group: 'basic', mono: true, placeholder: '{"type":"ping"}' }),
    }),
  ),
  ...expectFields('The check fails when no message of the server is like this.'),
  subprotocol: t.Optional(
    t.String({
      title: 'Subprotocol',
      description: 'Offered in the handshake; the server has to choose it.',
      maxLength: 200,
      pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]*$",
      ...ui({ group: 'basic', span: 1, mono: true, placeholder: 'graphql-transport-ws' }),
    }),
  ),
  origin: t.Optional(
    t.String({
      title: 'Origin',
      description: 'Sent as the Origin header, for servers that admit only their own pages.',
      maxLength: 500,
      ...ui({ group: 'advanced', span: 1, mono: true, placeholder: 'https://example.com' }),
    }),
  ),
  headers: t.Optional(
    t.Record(t.String(), t.String({ maxLength: 8_192 }), {
      title: 'Request headers',
      description: 'Sent with the handshake.',
      maxProperties: 50,
      ...ui({ group: 'advanced', widget: 'kv' }),
    }),
  ),
  secret_header_name: t.Optional(
    t.String({
      title: 'Secret header',
      description: 'Name of a header whose value is stored encrypted.',
      maxLength: 200,
      ...ui({ group: 'advanced', span: 1, placeholder: 'Authorization' }),
    }),
  ),
  secret_header_value: t.Optional(secret({ title: 'Secret header value', ...ui({ group: 'advanced', span: 1 }) })),
  ...tlsFields(),
  family: familyField,
})

export type WebsocketSettings = (typeof websocketSettings)['static']
