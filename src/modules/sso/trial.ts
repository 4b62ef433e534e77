import { isoAt } from '#kernel/clock'
import type { App, Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { consider } from './admit'
import type { Facts, Verdict } from './answer'
import { type Claims, claimsOf } from './claims'
import { type Connection, ownConnection } from './connection'
import { keep, peek } from './messages'
import type { TestResult } from './schema'

const KEPT_S = 3_600
const key = (connection_id: string) => `${connection_id}:test`

const refusals = {
  no_account: 'is not a member of this workspace, and people do not become members by themselves here',
  email_missing: 'comes without an e-mail address: name the attribute that holds it',
  domain_not_allowed: 'has an address whose domain is not verified for this workspace',
  account_exists:
    'has the address of an account that is not linked by its address alone: an owner, or an address that nobody ' +
    'confirmed. They link it by themselves, signed in, under Security',
}

/** What a sign-in would do, as a sentence. */
async function wouldBe(app: App, connection: Connection, claims: Claims): Promise<string> {
  const { decision, person } = await consider(app, connection, claims)
  const who = claims.email ?? claims.subject
  const known = person ? `${person.name} (${person.email})` : who
  switch (decision.action) {
    case 'enter':
      return `${known} would be signed in${decision.role ? `, and would become ${decision.role}` : ''}.`
    case 'join':
      return `${known} would join this workspace as ${decision.role} and be signed in.`
    case 'create':
      return `A new account for ${claims.name} (${who}) would be made, as ${decision.role}.`
    case 'refuse':
      return `Nobody would be signed in: ${who} ${refusals[decision.problem]}.`
  }
}

const MOST_ATTRIBUTES = 100
const MOST_VALUES = 100
const MOST_CHARS = 1_000
/** The attributes as far as a person reads them; one name, all its values. */
function attributesOf({ attributes }: Facts): Record<string, string[]> {
  const all = new Map<string, string[]>()
  for (const { name, values } of attributes.slice(0, MOST_ATTRIBUTES))
    all.set(
      name,
      [...(all.get(name) ?? []), ...values].slice(0, MOST_VALUES).map((text) => text.slice(0, MOST_CHARS)),
    )
  return Object.fromEntries(all)
}

/** Remembers how a test went, for the admin who began it; nobody is signed in. */
export async function keepTest(app: App, connection: Connection, { ok, checks, facts }: Verdict) {
  const claims = facts && claimsOf(facts, connection)
  const fault = checks.find((one) => one.ok === false)
  const result: TestResult = {
    ...{ at: isoAt(app.clock.now()), ok, checks },
    message: ok ? 'The answer of the identity provider is right' : (fault?.message ?? 'The answer was refused'),
    attributes: facts ? attributesOf(facts) : {},
    subject: facts?.subject || null,
    email: claims?.email ?? null,
    would: ok && claims ? await wouldBe(app, connection, claims) : 'Nobody would be signed in.',
  }
  await keep(app, key(connection.id), result, KEPT_S)
}

/** How the last test of the past hour went. */
export async function lastTest(ctx: Ctx): Promise<TestResult> {
  const { id } = await ownConnection(ctx)
  const result = await peek<TestResult>(ctx.app, key(id))
  if (!result) throw fail('NOT_FOUND', { message: 'Nothing was tested in the past hour' })
  return result
}
