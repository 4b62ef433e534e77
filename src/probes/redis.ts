import { Type as t } from '@sinclair/typebox'
import { ui } from '#kernel/form'
import { answerFacts, expectationProblem, expectedField, expectField, missed } from '#probes/answer'
import { ByteReader } from '#probes/byte-reader'
import { passwordField, quoted, roleField, tlsField, tlsInMode, usernameField } from '#probes/database'
import { defineProbe, type Verdict } from '#probes/define'
import { Fault } from '#probes/fault'
import { caField, familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import { redactor } from '#probes/redact'
import { command, RedisError, type Reply, reply, rowsOf, wordsOf } from '#probes/resp'
import { type Open, withConnection } from '#probes/secured'

const BUDGET = 1_048_576

const settings = t.Object({
  host: hostField('Name or address of the server.', 'cache.internal'),
  port: portField(6379, 6379),
  username: usernameField('Only for servers with users (ACL); empty is the default user.'),
  password: passwordField,
  tls: tlsField,
  command: t.Optional(
    t.String({
      title: 'Command',
      description: 'A command whose answer is looked at; words with spaces stand in quotes.',
      maxLength: 4_096,
      ...ui({ group: 'basic', mono: true, placeholder: 'GET jobs:waiting' }),
    }),
  ),
  expect: expectField('What the answer of the command has to be.'),
  expected: expectedField,
  database: t.Optional(
    t.Integer({
      title: 'Database',
      description: 'The number of the database.',
      minimum: 0,
      maximum: 65_535,
      default: 0,
      ...ui({ group: 'advanced', span: 1, mono: true }),
    }),
  ),
  expect_role: roleField(['any', 'master', 'replica'], 'As the command ROLE tells it.'),
  ca: caField,
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const { username = '', password = '', expected = '', ca = '', command: line = '', ...rest } = filled(settings, given)
  const auth = username ? ['AUTH', username, password] : password ? ['AUTH', password] : undefined
  return { ...rest, auth, expected, ca, words: wordsOf(line) ?? [], redact: redactor([password]) }
})
type Plan = ReturnType<typeof planOf>

// https://redis.io/docs/latest/develop/reference/protocol-spec/#error-handling; the codes are those of the server's source.
const SENTENCES = new Map(
  Object.entries({
    NOAUTH: 'the server asks for a password and the monitor has none',
    WRONGPASS: 'wrong user name or password',
    LOADING: 'the server is still loading its data',
    MASTERDOWN: 'the server is a replica that has lost its master',
    DENIED: 'the server is in protected mode and lets only its own machine in',
    BUSY: 'the server is busy with a script',
  }),
)

/** An error of the server in plain words. */
function refusal({ text, code }: RedisError, doing: string, { redact }: Plan): Fault {
  const said = quoted(text, redact)
  const known =
    SENTENCES.get(code) ??
    (/^ERR (max number of clients|maxclients)/i.test(text) ? 'the server has too many connections' : undefined)
  const unneeded = /^ERR (AUTH .*without any password|Client sent AUTH, but no password)/.test(text)
  const sentence =
    known ?? (unneeded ? 'the server has no password but the monitor sends one' : `${doing} failed: ${said}`)
  return new Fault('status', sentence, { evidence: { server_said: said } })
}

/** Up when the server lets the user in, answers PING and, where one is given, the command as expected. */
export const redis = defineProbe({
  type: 'redis',
  title: 'Redis',
  summary: 'Up when the server answers PING, and the command as expected where one is given.',
  docs: `Speaks RESP2, so it serves Redis, Valkey, KeyDB, Dragonfly and what else understands it. The command runs at
every check: give one that only reads. Its answer counts as rows: a list has as many rows as elements, nothing (nil) has
none, everything else is one row with that value. Redis takes passwords only in clear, so use TLS outside of a network
you trust.`,
  settings,
  target: ({ settings: { host, port = 6379, database = 0 } }) =>
    `${hostPort(host, port)}${database ? `/${database}` : ''}`,
  check({ settings: given }): Record<string, string> {
    const { command: line = '', username, password, expect = 'any' } = given
    const problems = expectationProblem(given)
    const words = wordsOf(line)
    if (!words) problems['settings.command'] = 'has a quote that is not closed'
    else if (expect !== 'any' && !words.length)
      problems['settings.command'] = 'needs a command whose answer is looked at'
    if (username && !password) problems['settings.password'] = 'is needed together with a user'
    return problems
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
  const { auth, database, words, expect_role, redact } = plan
  const reader = new ByteReader(link, BUDGET, 'the Redis protocol')
  const begun = performance.now()
  const ask = async (what: string[], doing: string): Promise<Reply> => {
    evidence.step = doing
    link.write(command(what))
    const said = await reply(reader)
    if (said instanceof RedisError) throw refusal(said, doing, plan)
    return said
  }
  try {
    if (auth) await ask(auth, 'sign-in')
    if (database) await ask(['SELECT', String(database)], `opening database ${database}`)
    const pong = await ask(['PING'], 'PING')
    if (pong !== 'PONG') throw reader.nonsense()
    const role = expect_role === 'any' ? undefined : await askRole(ask)
    if (role) evidence.role = role
    const answer = words.length ? rowsOf(await ask(words, 'the command')) : undefined
    if (answer) Object.assign(evidence, answerFacts(answer, redact))
    const response_time_ms = performance.now() - started
    const server_version = await versionOf(ask)
    delete evidence.step
    if (server_version) evidence.server_version = server_version
    const measured = { response_time_ms, phases, evidence }
    const problem =
      role && role !== expect_role
        ? `the server is a ${role}, expected a ${expect_role}`
        : answer && missed(answer, plan, redact)
    if (problem) return { status: 'down', reason: 'assertion', message: problem.slice(0, 300), ...measured }
    return { status: 'up', message: `${hostPort(plan.host, plan.port)} answers`, ...measured }
  } finally {
    if (reader.first_at !== undefined) phases.first_byte_ms = reader.first_at - begun
  }
}

type Asking = (what: string[], doing: string) => Promise<Reply>

/** The answer of ROLE begins with master, slave or sentinel. */
async function askRole(ask: Asking): Promise<string> {
  const role = rowsOf(await ask(['ROLE'], 'ROLE')).first ?? 'unknown'
  return role === 'slave' ? 'replica' : role.slice(0, 20)
}

/** Only where the user may ask for it; whoever may not is up all the same. */
async function versionOf(ask: Asking): Promise<string | undefined> {
  try {
    const info = rowsOf(await ask(['INFO', 'server'], 'INFO')).first ?? ''
    return /^(?:valkey_version|redis_version):([^\r\n]{1,40})/m.exec(info)?.[1]
  } catch (error) {
    if (error instanceof Fault && error.reason === 'status') return
    throw error
  }
}
