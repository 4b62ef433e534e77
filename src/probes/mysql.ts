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
import type { Account } from '#probes/mysql-packets'
import { type Greeting, greeting, MysqlWire, tlsRequest } from '#probes/mysql-wire'
import { redactor } from '#probes/redact'
import { withConnection } from '#probes/secured'
import { askDatabase, type Session, SQL_BUDGET } from '#probes/sql'

const settings = t.Object({
  host: hostField('Name or address of the server.', 'db.internal'),
  port: portField(3306, 3306),
  username: usernameField('Who to sign in as.', 'monitor'),
  password: passwordField,
  database: databaseField('The database to open; may be empty.'),
  tls: tlsField,
  query: queryField,
  expect: expectField('What the answer of the query has to be.'),
  expected: expectedField,
  expect_role: roleField(['any', 'primary', 'standby'], 'A server that is read_only counts as a standby.'),
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const { password = '', database = '', expected = '', ca = '', ...rest } = filled(settings, given)
  const redact = redactor([password])
  const account: Account = { username: rest.username, password, database, redact }
  const target = `${hostPort(rest.host, rest.port)}${database && `/${database}`}`
  // The usual question is over at once; only others may need to be stopped by the server.
  const custom = rest.query !== settings.properties.query.default
  return { ...rest, expected, ca, account, redact, target, custom }
})

const LANGUAGE = 'MySQL'

/** What the server said before TLS, and when. */
type Met = { greeting: Greeting; first_byte_ms: number | undefined }

async function meet(link: Link, account: Account): Promise<Met & { reader: ByteReader }> {
  const begun = performance.now()
  const reader = new ByteReader(link, SQL_BUDGET, LANGUAGE)
  const it = await greeting(reader, account)
  return { reader, greeting: it, first_byte_ms: reader.first_at && reader.first_at - begun }
}

/** The greeting comes before TLS, so it is read here and handed on. */
async function secure(link: Link, account: Account, tls: Parameters<Link['secure']>[0]): Promise<Met> {
  const met = await meet(link, account)
  const request = tlsRequest(met.greeting, account)
  if (!request) throw new Fault('tls', 'the server offers no TLS')
  link.write(request)
  await link.secure(tls)
  return met
}

/** MySQL and MariaDB go on with a query whose client has gone, unless told before how long it may take. */
const limitOf = ({ version }: Greeting, ms: number) =>
  /mariadb/i.test(version) ? `set session max_statement_time = ${ms / 1_000}` : `set session max_execution_time = ${ms}`

function session(link: Link, plan: ReturnType<typeof planOf>, timeout_ms: number, before: Met | undefined): Session {
  const { account, custom } = plan
  let met = before
  let wire: MysqlWire | undefined
  let read_only: boolean | undefined
  const query = async (sql: string) => {
    if (!wire) throw new Error('a query before the sign-in')
    return wire.query(sql)
  }
  return {
    async signIn() {
      if (met) wire = new MysqlWire(new ByteReader(link, SQL_BUDGET, LANGUAGE), account)
      else {
        const fresh = await meet(link, account)
        met = fresh
        wire = new MysqlWire(fresh.reader, account)
      }
      await wire.signIn(met.greeting)
      if (custom) await tolerant(query(limitOf(met.greeting, timeout_ms)))
    },
    query,
    async role() {
      const { first } = await query('select @@global.read_only')
      read_only = first !== '0' && first !== 'OFF'
      return read_only ? 'standby' : 'primary'
    },
    first_byte_ms: () => met?.first_byte_ms,
    facts: () => ({
      ...(met && { server_version: met.greeting.version }),
      ...(read_only !== undefined && { read_only }),
    }),
    goodbye: async () => wire?.goodbye(),
    abandon() {},
  }
}

/** Servers that only look like MySQL may not know the setting; the check goes on without it. */
async function tolerant(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof Fault) || error.reason !== 'status') throw error
  }
}

/** Up when the server lets the user in and the query answers as expected. */
export const mysql = defineProbe({
  type: 'mysql',
  title: 'MySQL / MariaDB',
  summary: 'Up when the database lets the user in and answers the query as expected.',
  docs: `Signs in over a connection of its own (\`caching_sha2_password\` or \`mysql_native_password\`; without TLS the
former may send the password under the key that the server presents), runs the query and leaves. The first result
counts: its number of rows, or the first value as the \`mysql\` program would show it. The answer is read up to 4 MB, and
the first 200 characters of the first value are kept as evidence. The server is asked to stop a query that takes longer
than the monitor waits. Give the monitor a user of its own that may read little:
\`create user monitor identified by '…'\`.`,
  settings,
  target: ({ settings: { host, port = 3306, database } }) => `${hostPort(host, port)}${database ? `/${database}` : ''}`,
  check: ({ settings: given }) => expectationProblem(given),

  async run({ settings: given, net, signal, now, timeout_ms }) {
    const plan = planOf(given)
    const { host, port, family, tls: mode, account } = plan
    const started = performance.now()
    const tls = tlsInMode(plan, now)
    let met: Met | undefined
    const upgrade = async (link: Link) => {
      met = await secure(link, account, tls)
    }
    const security = mode === 'disable' ? 'none' : upgrade
    return withConnection({ host, port, family, net, signal, security, tls }, (open) =>
      askDatabase(open, session(open.link, plan, timeout_ms, met), plan, started),
    )
  },
})
