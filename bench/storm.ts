/**
 * A storm: very many monitors on a few hosts fail at once, and people are called by their policies. How many pages does
 * each of them get, how long until the first one of each host has arrived by mail, and until the last?
 *   bun bench/storm.ts [--binary dist/xinex] [--monitors 1000] [--hosts 10] [--people 5] [--interval 20] [--rounds 3]
 * The time of a page counts from the first bad answer of the monitor it names, which is also what confirms the failure.
 */
import { parseArgs } from 'node:util'
import { SMTPServer } from 'smtp-server'
import { PASSWORD, percentile, sorted } from './appliance'
import type { Client } from './client'
import { print, short } from './goal'
import type { Arrival } from './plan'
import { binaryOption, httpMonitors, onStage } from './stage'

const { values } = parseArgs({
  options: {
    ...binaryOption,
    monitors: { type: 'string', default: '1000' },
    hosts: { type: 'string', default: '10' },
    people: { type: 'string', default: '5' },
    interval: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
  },
})
const [count, hosts, crew] = [Number(values.monitors), Number(values.hosts), Number(values.people)]
const [interval, rounds] = [Number(values.interval), Number(values.rounds)]
const GOAL_MS = 2_000
/** As long as summaries of a group may still come: the first is due after half a minute, the next ones after five. */
const WATCHED_MS = 60_000

type Mail = { to: string; subject: string; at: number }

/** Takes every letter, and remembers when it was whole. */
async function openPost() {
  const mails: Mail[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onData(stream, { envelope }, done) {
      let head = ''
      stream.on('data', (chunk: Buffer) => {
        if (head.length < 4_096) head += chunk.toString('latin1')
      })
      stream.on('end', () => {
        const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? ''
        mails.push({ to: envelope.rcptTo[0]?.address ?? '', subject, at: performance.timeOrigin + performance.now() })
        done()
      })
    },
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return { mails, url: `smtp://127.0.0.1:${address.port}`, stop: () => server.close() }
}

/** People with an account each, and a policy that calls one of them for what has their tag. */
async function hire(client: Client, base: string): Promise<string[]> {
  const emails: string[] = []
  for (let n = 0; n < crew; n++) {
    const email = `person${n}@example.test`
    const { url } = await client.post<{ url: string }>('/invitations', { email, role: 'member' })
    const invitation = new URL(url).searchParams.get('token')
    const answer = await fetch(`${base}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Person ${n}`, email, password: PASSWORD, invitation }),
    })
    if (!answer.ok) throw new Error(`register answered ${answer.status}: ${await answer.text()}`)
    emails.push(email)
  }
  const { items } = await client.get<{ items: { user_id: string; email: string }[] }>('/members')
  for (const [n, email] of emails.entries()) {
    const id = items.find((one) => one.email === email)?.user_id
    const steps = [{ delay_s: 600, targets: [{ type: 'user', id }] }]
    const policy = await client.post<{ id: string }>('/escalation-policies', { name: `Team ${n}`, steps })
    await client.post('/alert-routing-rules', {
      name: `Team ${n}`,
      conditions: [{ field: 'tag', op: 'is', value: `team${n}` }],
      actions: { escalation_policy_id: policy.id },
    })
  }
  return emails
}

const hostOf = (monitor: number) => (monitor - 1) % hosts
const numberOf = ({ subject }: Mail) => Number(/\bm(\d+)\b/.exec(subject)?.[1] ?? Number.NaN)

/** What one round brought: how long the first page of each host took, and the last one of all. */
function judge(mails: Mail[], log: Arrival[]) {
  const failed = new Map<number, number>()
  for (const { number, at, bad } of log) if (bad && !failed.has(number)) failed.set(number, at)
  const firsts = new Map<number, number>()
  for (const mail of mails) {
    const monitor = numberOf(mail)
    const began = failed.get(monitor)
    if (began !== undefined && !firsts.has(hostOf(monitor))) firsts.set(hostOf(monitor), mail.at - began)
  }
  const began = Math.min(...failed.values())
  return { firsts: [...firsts.values()], last: (mails.at(-1)?.at ?? began) - began, failed: failed.size }
}

const post = await openPost()
const seen = { firsts: [] as number[], lasts: [] as number[], each: [] as number[] }
await onStage(
  { ...values, host: '0.0.0.0', env: { XINEX_SMTP_URL: post.url, XINEX_REGISTRATION: 'invite' } },
  async ({ client, target, base }) => {
    const emails = await hire(client, base())
    const drafts = httpMonitors(count, (n) => `http://127.0.0.${1 + hostOf(n)}:${target.port}`, {
      ...{ interval, alert_threshold: 1 },
    })
    await client.add(drafts.map((draft, i) => ({ ...draft, tags: [`team${hostOf(i + 1) % crew}`] })))
    await Bun.sleep(2 * interval * 1_000)
    for (let round = 0; round < rounds; round++) {
      await target.reset()
      post.mails.length = 0
      await target.plan({ all: 'fail' })
      await Bun.sleep(interval * 1_000 + WATCHED_MS)
      const { firsts, last, failed } = judge(post.mails, await target.log())
      for (const email of emails) seen.each.push(post.mails.filter(({ to }) => to === email).length)
      seen.firsts.push(...firsts)
      seen.lasts.push(last)
      console.log(
        `round ${round + 1}: ${failed} failed, ${post.mails.length} letters, the first of ${firsts.length} hosts`,
      )
      for (const { to, subject } of post.mails.slice(0, 12)) console.log(`  ${to}: ${subject}`)
      await target.plan({ all: 'ok' })
      await Bun.sleep(interval * 1_000 + 10_000)
    }
  },
)
post.stop()

const firsts = sorted(seen.firsts)
const each = sorted(seen.each)
print({
  row: '–',
  what: `${count} monitors on ${hosts} hosts fail at once, ${crew} people: bad answer → first page of each host arrived`,
  goal: `most ≤ ${GOAL_MS} ms`,
  we:
    `p50 ${short(percentile(firsts, 0.5))}, p99 ${short(percentile(firsts, 0.99))}, most ${short(firsts.at(-1) ?? 0)} ms ` +
    `(${firsts.length} of ${hosts * rounds}); pages of a person ${each[0]}–${each.at(-1)}; ` +
    `last after ${short(Math.max(...seen.lasts) / 1_000, 1)} s`,
  met: firsts.length === hosts * rounds && (firsts.at(-1) ?? 0) <= GOAL_MS,
})
