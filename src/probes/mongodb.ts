import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { took } from '#probes/answer'
import type { BsonDocument } from '#probes/bson'
import { ByteReader } from '#probes/byte-reader'
import { passwordField, roleField, tlsField, tlsInMode, usernameField } from '#probes/database'
import { defineProbe, type Verdict } from '#probes/define'
import { Fault } from '#probes/fault'
import { caField, familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import { type Account, MongodbWire } from '#probes/mongodb-wire'
import { redactor } from '#probes/redact'
import { type Open, withConnection } from '#probes/secured'

const BUDGET = 2_097_152

const settings = t.Object({
  host: hostField('Name or address of one server, also of a replica set.', 'mongo.internal'),
  port: portField(27017, 27017),
  username: usernameField('Who to sign in as; empty asks without signing in.'),
  password: passwordField,
  auth_source: t.Optional(
    t.String({
      title: 'Database of the user',
      description: 'Where the user was created.',
      minLength: 1,
      maxLength: 64,
      pattern: '^[^\\u0000 /\\\\."$]+$',
      default: 'admin',
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  tls: tlsField,
  expect_role: roleField(['any', 'primary', 'secondary'], 'A server that stands alone and a router count as primary.'),
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const { username = '', password = '', ca = '', ...rest } = filled(settings, given)
  const redact = redactor([password])
  const account: Account = { username, password, source: rest.auth_source, salted: {}, redact }
  return { ...rest, ca, account }
})
type Plan = ReturnType<typeof planOf>

/** CommandNotFound: servers before 4.4.2 know `hello` only under its old name. */
const UNKNOWN_COMMAND = 59

/** Up when the server answers `hello` in the expected role, after letting the user in where one is given. */
export const mongodb = defineProbe({
  type: 'mongodb',
  title: 'MongoDB',
  summary: 'Up when the server answers, lets the user in and has the expected role.',
  docs: `Asks one server with \`hello\` over a connection of its own (wire protocol of MongoDB 3.6 and later), signs in
by SCRAM-SHA-256 where a user is given, and leaves. It looks at exactly the server that is named and follows no replica
set: make one monitor for each member. A member that is neither primary nor secondary (starting, recovering) is degraded.`,
  settings,
  target: ({ settings: { host, port = 27017 } }) => hostPort(host, port),
  check({ settings: { username, password } }): Record<string, string> {
    if (username && !password) return { 'settings.password': 'is needed together with a user' }
    if (password && !username) return { 'settings.username': 'is needed together with a password' }
    return {}
  },

  async run({ settings: given, net, signal, now }) {
    const plan = planOf(given)
    const { host, port, family, tls: mode } = plan
    const started = performance.now()
    const security = mode === 'disable' ? 'none' : 'tls'
    return withConnection({ host, port, family, net, signal, security, tls: tlsInMode(plan, now) }, (open) =>
      converse(open, plan, started),
    )
  },
})

async function converse(open: Open, plan: Plan, started: number): Promise<Verdict> {
  const { link, phases, evidence } = open
  const { account, expect_role } = plan
  const reader = new ByteReader(link, BUDGET, 'the MongoDB protocol')
  const wire = new MongodbWire(reader, account)
  const begun = performance.now()
  try {
    evidence.step = 'hello'
    const hello = await greet(wire)
    const role = roleOf(hello)
    evidence.role = role
    const set = hello.get('setName')
    if (typeof set === 'string') evidence.replica_set = set.slice(0, 100)
    if (account.username) {
      evidence.step = 'sign-in'
      const entering = performance.now()
      await wire.signIn()
      evidence.sign_in_ms = took(entering)
      evidence.step = 'ping'
      await wire.run({ ping: 1 })
    }
    const response_time_ms = performance.now() - started
    const server_version = await versionOf(wire)
    if (server_version) evidence.server_version = server_version
    delete evidence.step
    return judged(role, expect_role, hostPort(plan.host, plan.port), { response_time_ms, phases, evidence })
  } finally {
    if (reader.first_at !== undefined) phases.first_byte_ms = reader.first_at - begun
  }
}

function judged(role: Role, wanted: string, target: string, measured: Partial<Verdict>): Verdict {
  const neither = 'the server is neither primary nor secondary: it is starting, recovering or not set up'
  if (wanted !== 'any' && role !== wanted) {
    const message = role === 'other' ? neither : `the server is ${WORDS[role]}, expected a ${wanted}`
    return { status: 'down', reason: 'assertion', message, ...measured }
  }
  if (role === 'other') return { status: 'degraded', reason: 'status', message: neither, ...measured }
  return { status: 'up', message: `${target} answers`, ...measured }
}

async function greet(wire: MongodbWire): Promise<BsonDocument> {
  try {
    return await wire.run({ hello: 1 })
  } catch (error) {
    if (!(error instanceof Fault) || error.facts.evidence?.error_number !== UNKNOWN_COMMAND) throw error
    return wire.run({ isMaster: 1 })
  }
}

const WORDS = { primary: 'a primary', secondary: 'a secondary', arbiter: 'an arbiter', other: 'in no role' }
type Role = keyof typeof WORDS

function roleOf(hello: BsonDocument): Role {
  if (hello.get('isWritablePrimary') === true || hello.get('ismaster') === true) return 'primary'
  if (hello.get('secondary') === true) return 'secondary'
  return hello.get('arbiterOnly') === true ? 'arbiter' : 'other'
}

/** Whoever may not ask is up all the same. */
async function versionOf(wire: MongodbWire): Promise<string | undefined> {
  try {
    const version = (await wire.run({ buildInfo: 1 })).get('version')
    return typeof version === 'string' ? version.slice(0, 40) : undefined
  } catch (error) {
    if (error instanceof Fault && error.reason === 'status') return
    throw error
  }
}
