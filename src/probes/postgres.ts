import { Type as t } from '@sinclair/typebox'
import { expectationProblem, expectedField, expectField } from '#probes/answer'
import { ByteReader } from '#probes/byte-reader'
import {
  databaseField,
  passwordField,
  queryField,
  roleField,
  tlsField,
  tlsInMode,
  usernameField,
} from '#probes/database'
import { defineProbe } from '#probes/define'
import { Fault } from '#probes/fault'
import { caField, familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import type { Link } from '#probes/link'
import type { Account } from '#probes/postgres-errors'
import { asksForTls, PostgresWire } from '#probes/postgres-wire'
import { redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { askDatabase, type Session, SQL_BUDGET } from '#probes/sql'

const settings = t.Object({
  host: hostField('Name or address of the server.', 'db.internal'),
  port: portField(5432, 5432),
  username: usernameField('Who to sign in as.', 'postgres'),
  password: passwordField,
  database: databaseField('The database to open; default is the one named like the user.'),
  tls: tlsField,
  query: queryField,
  expect: expectField('What the answer of the query has to be.'),
  expected: expectedField,
  expect_role: roleField(['any', 'primary', 'standby'], 'A standby is a server in recovery.'),
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const { password = '', database = '', expected = '', ca = '', ...rest } = filled(settings, given)
  const redact = redactor([password])
  const { username, host, port } = rest
  const account: Account = { username, password, database, salted: {}, redact }
  const target = `${hostPort(host, port)}/${database || username}`
  return { ...rest, expected, ca, account, redact, target }
})

const LANGUAGE = 'PostgreSQL'

async function secure(link: Link, tls: Parameters<Link['secure']>[0]) {
  if (await asksForTls(new ByteReader(link, SQL_BUDGET, LANGUAGE))) await link.secure(tls)
  else throw new Fault('tls', 'the server offers no TLS')
}

function session(link: Link, account: Account): Session {
  const reader = new ByteReader(link, SQL_BUDGET, LANGUAGE)
  const wire = new PostgresWire(reader, account)
  const begun = performance.now()
  let in_recovery: boolean | undefined
  return {
    signIn: () => wire.signIn(),
    query: (sql) => wire.query(sql),
    async role() {
      in_recovery = (await wire.query('select pg_is_in_recovery()')).first === 't'
      return in_recovery ? 'standby' : 'primary'
    },
    first_byte_ms: () => reader.first_at && reader.first_at - begun,
    facts() {
      const server_version = wire.parameters.get('server_version')
      return { ...(server_version && { server_version }), ...(in_recovery !== undefined && { in_recovery }) }
    },
    goodbye: () => wire.goodbye(),
    abandon: () => wire.abandon(),
  }
}

/** Up when the server lets the user in and the query answers as expected. */
export const postgres = defineProbe({
  type: 'postgres',
  title: 'PostgreSQL',
  summary: 'Up when the database lets the user in and answers the query as expected.',
  docs: `Signs in over a connection of its own (SCRAM-SHA-256, MD5, or the password itself when TLS is on), runs the
query and leaves. The first result with rows counts: its number of rows, or the first value as \`psql\` would show it
(\`t\` and \`f\` for booleans). The answer is read up to 4 MB, and the first 200 characters of the first value are kept as
evidence. A query that takes too long is cancelled on the server. Give the monitor a user of its own that may read
little: \`create role monitor login password '…'; grant pg_monitor to monitor\`.`,
  settings,
  target: ({ settings: { host, port = 5432, database, username } }) =>
    `${hostPort(host, port)}/${database || username || 'postgres'}`,
  check: ({ settings: given }) => expectationProblem(given),

  async run({ settings: given, net, signal, now }) {
    const plan = planOf(given)
    const { host, port, family, tls: mode } = plan
    const started = performance.now()
    const tls = tlsInMode(plan, now)
    const security = mode === 'disable' ? 'none' : (link: Link) => secure(link, tls)
    return withConnection({ host, port, family, net, signal, security, tls }, (open) =>
      askDatabase(open, session(open.link, plan.account), plan, started),
    )
  },
})
