import { type Answer, answerFacts, type Expectation, missed, took } from '#probes/answer'
import type { Verdict } from '#probes/define'
import type { Redact } from '#probes/redact'
import type { Open } from '#probes/secured'

/** Enough for a hundred thousand short rows; a check that needs more should let the server count. */
export const SQL_BUDGET = 4_194_304

/** One conversation with a database server. */
export type Session = {
  signIn: () => Promise<void>
  query: (sql: string) => Promise<Answer>
  /** Whether this server takes writes. */
  role: () => Promise<'primary' | 'standby'>
  /** From the open connection to the server's first byte; undefined as long as there is none. */
  first_byte_ms: () => number | undefined
  facts: () => Record<string, unknown>
  goodbye: () => Promise<void>
  /** The time is up: tells the server, where the protocol allows, to stop working for us. */
  abandon: () => void
}

export type Question = {
  query: string
  expect: Expectation
  expected: string
  expect_role: 'any' | 'primary' | 'standby'
  /** How a person recognises the target, for the sentence. */
  target: string
  redact: Redact
}

const ROLES = { primary: 'the primary', standby: 'a standby' }

/** Signs in, looks at the role if that matters, asks the query and judges the answer; then takes leave. */
export async function askDatabase(open: Open, session: Session, question: Question, started: number): Promise<Verdict> {
  const { phases, evidence, link } = open
  const { query, expect_role, redact, target } = question
  const begun = performance.now()
  let entered = false
  evidence.step = 'sign-in'
  try {
    await session.signIn()
    entered = true
    evidence.sign_in_ms = took(begun)
    evidence.step = 'query'
    const role = expect_role === 'any' ? undefined : await session.role()
    const sent = performance.now()
    const answer = await session.query(query)
    evidence.query_ms = took(sent)
    delete evidence.step
    Object.assign(evidence, answerFacts(answer, redact))
    const measured = { response_time_ms: performance.now() - started, phases, evidence }
    const problem =
      role && expect_role !== 'any' && role !== expect_role
        ? `the server is ${ROLES[role]}, expected ${ROLES[expect_role]}`
        : missed(answer, question, redact)
    if (problem) return { status: 'down', reason: 'assertion', message: problem.slice(0, 300), ...measured }
    return { status: 'up', message: `${target} answers`, ...measured }
  } catch (error) {
    if (link.signal.aborted) session.abandon()
    throw error
  } finally {
    const first_byte_ms = session.first_byte_ms()
    if (first_byte_ms !== undefined) phases.first_byte_ms = first_byte_ms
    Object.assign(evidence, session.facts())
    if (entered && !link.signal.aborted) await session.goodbye()
  }
}
