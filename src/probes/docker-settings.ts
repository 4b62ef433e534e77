import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { familyField } from '#probes/fields'
import { clientCertificateFields, clientCertificateProblems, tlsFields } from '#probes/tls-fields'

const CONNECTIONS = ['socket', 'tcp', 'tls'] as const
const remote = { field: 'connection', is: ['tcp', 'tls'] }

export const dockerSettings = t.Object({
  container: t.String({
    title: 'Container',
    description: 'Name or ID of the container.',
    // Names as Docker accepts them: https://github.com/moby/moby/blob/master/daemon/names/names.go
    pattern: '^[a-zA-Z0-9][a-zA-Z0-9_.-]*$',
    minLength: 1,
    maxLength: 255,
    examples: ['shop-db-1'],
    ...ui({ group: 'basic', mono: true, placeholder: 'shop-db-1' }),
  }),
  expect: t.Optional(
    oneOf(['healthy', 'running'], {
      title: 'Expect',
      description: 'Healthy also looks at the health check of the container, when it has one.',
      default: 'healthy',
      ...ui({ group: 'basic', widget: 'segmented' }),
    }),
  ),
  connection: t.Optional(
    oneOf(CONNECTIONS, {
      title: 'Connection',
      description: 'The socket file of this machine, or the Docker API of a host with or without TLS.',
      default: 'socket',
      ...ui({ group: 'basic', widget: 'segmented' }),
    }),
  ),
  socket_path: t.Optional(
    t.String({
      title: 'Socket',
      description: 'Where the Docker socket is on the machine that checks.',
      default: '/var/run/docker.sock',
      pattern: '^/[^\\s\\u0000]*\\.sock$',
      // What fits into sockaddr_un with its final NUL (unix(7)).
      maxLength: 107,
      ...ui({ group: 'basic', mono: true, showIf: { field: 'connection', is: ['socket'] } }),
    }),
  ),
  host: t.Optional(
    t.String({
      title: 'Host',
      description: 'Name or address of the machine with the Docker API.',
      maxLength: 253,
      pattern: '^[^\\s/@?#]*$',
      ...ui({ group: 'basic', span: 1, mono: true, placeholder: 'docker.internal', showIf: remote }),
    }),
  ),
  port: t.Optional(
    t.Integer({
      title: 'Port',
      description: 'Usually 2376 with TLS and 2375 without.',
      minimum: 1,
      maximum: 65_535,
      default: 2_376,
      ...ui({ group: 'basic', span: 1, mono: true, showIf: remote }),
    }),
  ),
  ...tlsFields({ field: 'connection', is: ['tls'] }),
  ...clientCertificateFields,
  family: familyField,
})
export type DockerSettings = (typeof dockerSettings)['static']

/** Rules across fields. */
export function checkDocker({ settings: given }: { settings: DockerSettings }): Record<string, string> {
  const { connection = 'socket', host } = given
  return {
    ...(connection !== 'socket' && !host && { 'settings.host': 'is needed for this connection' }),
    ...clientCertificateProblems(given),
  }
}
