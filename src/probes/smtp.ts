import { defineProbe, type Verdict } from '#probes/define'
import { Fault } from '#probes/fault'
import { filled, hostPort, perSettings } from '#probes/fields'
import { type Redact, redactor } from '#probes/redact'
import { type Open, withConnection } from '#probes/secured'
import { checkSmtp, type SmtpSettings, smtpSettings } from '#probes/smtp-settings'
import { type Reply, SmtpTalk } from '#probes/smtp-talk'
import { tlsAsk, warned } from '#probes/tls-fields'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const planOf = perSettings((given: SmtpSettings) => {
  const all = filled(smtpSettings, given)
  const { username = '', password = '' } = all
  const plain = base64(`\0${username}\0${password}`)
  return { ...all, plain, show: redactor([password, plain]) as Redact }
})
type Plan = ReturnType<typeof planOf>
type Judgement = Pick<Verdict, 'status' | 'reason' | 'message'>

/** A command line is no longer than this (RFC 5321 section 4.5.3.1.4). */
const MAX_LINE = 510
const MAX_CAPABILITIES = 50
const MAX_SHOWN = 300

/** The server's side of the link before and after STARTTLS; everything it says is judged here. */
class Session {
  readonly talk: SmtpTalk
  #capabilities: string[] = []

  constructor(
    readonly plan: Plan,
    readonly open: Open,
  ) {
    this.talk = new SmtpTalk(open.link, open.evidence, plan.show)
  }

  /** False when the check is over because the server was expected to turn us away. */
  async greeting(): Promise<boolean> {
    const started = performance.now()
    const reply = await this.talk.reply('the connection')
    this.open.phases.first_byte_ms = performance.now() - started
    const { greeting_code: wanted, show } = this.plan
    this.open.evidence.greeting = show(reply.lines[0] ?? '').slice(0, MAX_SHOWN)
    if (reply.code === wanted) return wanted < 300
    throw this.talk.refusal(reply, wanted === 220 ? 'no greeting' : `the greeting is not ${wanted}`)
  }

  async hello() {
    const { ehlo_name } = this.plan
    const reply = await this.talk.ask(`EHLO ${ehlo_name}`)
    // Servers from before 1995 know only HELO, and then no extensions (RFC 5321 section 3.2).
    if (reply.code >= 500 && reply.code <= 504) await this.talk.demand(`HELO ${ehlo_name}`, 2)
    else if (reply.code !== 250) throw this.talk.refusal(reply, 'EHLO was refused')
    this.#capabilities = reply.code === 250 ? reply.lines.slice(1) : []
    const shown = this.#capabilities.slice(0, MAX_CAPABILITIES)
    this.open.evidence.capabilities = shown.map((it) => this.plan.show(it).slice(0, MAX_SHOWN))
  }

  async secure(now: () => number) {
    const { link, evidence, phases } = this.open
    if (!this.#offers('STARTTLS')) throw new Fault('tls', 'the server does not offer STARTTLS')
    await this.talk.demand('STARTTLS', 2)
    this.talk.pause()
    const { protocol, chain, problem } = await link.secure(tlsAsk(this.plan, { host: this.plan.host, now }))
    Object.assign(evidence, { protocol, certificates: chain, ...(problem && { certificate_error: problem }) })
    if (link.tls_ms !== undefined) phases.tls_ms = link.tls_ms
    this.talk.restart()
    await this.hello()
  }

  async signIn() {
    const { auth, username = '', password = '', plain } = this.plan
    const offered = this.#offers('AUTH')?.toUpperCase().split(' ').slice(1) ?? []
    const method = auth === 'auto' ? ['PLAIN', 'LOGIN'].find((it) => offered.includes(it)) : auth.toUpperCase()
    if (!method || !offered.includes(method)) {
      const wanted = auth === 'auto' ? 'neither PLAIN nor LOGIN' : `no ${auth.toUpperCase()}`
      throw new Fault(
        'protocol',
        `the server offers ${wanted} to sign in (it offers ${offered.join(', ') || 'nothing'})`,
      )
    }
    let reply: Reply
    if (method === 'LOGIN') {
      await this.talk.demand('AUTH LOGIN', 3)
      await this.talk.demand(base64(username), 3, '(user name)')
      reply = await this.talk.ask(base64(password), '(password)')
    } else if (plain.length + 11 > MAX_LINE) {
      await this.talk.demand('AUTH PLAIN', 3)
      reply = await this.talk.ask(plain, '(password)')
    } else {
      reply = await this.talk.ask(`AUTH PLAIN ${plain}`, 'AUTH PLAIN (password)')
    }
    if (reply.code !== 235) throw this.talk.refusal(reply, 'signing in failed')
  }

  /** Whether a mail to the mailbox would be taken; it is taken back before anything is sent. */
  async mailbox(): Promise<Judgement> {
    const { rcpt_to = '', mail_from = '' } = this.plan
    await this.talk.demand(`MAIL FROM:<${mail_from}>`, 2)
    const reply = await this.talk.ask(`RCPT TO:<${rcpt_to}>`)
    const said = this.talk.quote(reply)
    this.open.evidence.status = reply.code
    if (reply.code >= 500) return { status: 'down', reason: 'status', message: `${rcpt_to} is not accepted: ${said}` }
    if (reply.code >= 300) {
      const message = `${rcpt_to} is not accepted at the moment: ${said}`
      return { status: 'degraded', reason: 'status', message }
    }
    await this.talk.ask('RSET')
    return { status: 'up', message: `${hostPort(this.plan.host, this.plan.port)} accepts mail for ${rcpt_to}` }
  }

  #offers = (name: string) => this.#capabilities.find((it) => it.toUpperCase().split(/[ =]/)[0] === name)
}

async function converse(session: Session, now: () => number): Promise<Judgement> {
  const { plan } = session
  const peer = hostPort(plan.host, plan.port)
  if (!(await session.greeting()))
    return { status: 'up', message: `${peer} greets with ${plan.greeting_code}, as wanted` }
  await session.hello()
  if (plan.security === 'starttls') await session.secure(now)
  if (plan.auth !== 'none') await session.signIn()
  if (plan.rcpt_to) return session.mailbox()
  return { status: 'up', message: `${peer} is ready for mail` }
}

/** Up when the server greets and, as far as asked, secures the connection, lets us in and accepts the mailbox. */
export const smtp = defineProbe({
  type: 'smtp',
  title: 'Mail server (SMTP)',
  summary: 'Up when the mail server greets, and does what else is asked of it.',
  docs: `Waits for the greeting, says EHLO, and as far as asked starts TLS, signs in, and asks with MAIL FROM and RCPT TO
whether a mailbox is accepted. No mail is ever sent: the question is taken back with RSET, then QUIT ends the session.
A mailbox that is put off (4xx, as greylisting does with strangers) is degraded, one that is refused (5xx) is down.
Every other refusal is down, with what the server said; the whole conversation is kept as evidence, without the
password. Signing in needs an encrypted connection.`,
  settings: smtpSettings,
  target: ({ settings: { host, port } }) => hostPort(host, port ?? 25),
  check: checkSmtp,

  async run({ settings: given, net, signal, now }): Promise<Verdict> {
    const plan = planOf(given)
    const { host, port, family, security } = plan
    const started = performance.now()
    const tls = tlsAsk(plan, { host, now })
    // STARTTLS begins in the middle of the conversation; until then the link is left as it is.
    const way = security === 'starttls' ? async () => {} : security
    return withConnection({ host, port, family, net, signal, security: way, tls }, async (open): Promise<Verdict> => {
      const session = new Session(plan, open)
      try {
        const { message, ...judgement } = await converse(session, now)
        const measured = { response_time_ms: performance.now() - started, phases: open.phases }
        await session.talk.quit()
        const verdict = { ...judgement, message: message.slice(0, 300), ...measured, evidence: open.evidence }
        return warned(verdict, plan, now())
      } catch (error) {
        await session.talk.quit()
        throw error
      }
    })
  },
})
