import { Type as t } from '@sinclair/typebox'
import { oneOf, ui } from '#kernel/form'
import { defineProbe, type Verdict } from '#probes/define'
import { Conversation } from '#probes/exchange'
import { familyField, filled, hostField, hostPort, perSettings, portField } from '#probes/fields'
import { type Open, withConnection } from '#probes/secured'
import { type Banner, bannerOf } from '#probes/ssh-banner'
import { type HostKey, SshExchange } from '#probes/ssh-exchange'
import { KEY_TYPES } from '#probes/ssh-keys'
import { quoted } from '#probes/text'
import { expectFields, expectProblem, matcherOf, missSentence } from '#probes/text-match'
import { atMost } from '#probes/within'

const settings = t.Object({
  host: hostField('Name or address of the server.', 'bastion.example.com'),
  port: portField(22, 22),
  host_key_sha256: t.Optional(
    t.String({
      title: 'Host key',
      description: 'Down when the fingerprint of its key is another; as `ssh-keygen -l` writes it.',
      maxLength: 60,
      pattern: '^((SHA256:)?[A-Za-z0-9+/]{43}=?)?$',
      ...ui({ group: 'basic', mono: true, placeholder: 'SHA256:…' }),
    }),
  ),
  ...expectFields('The check fails when the line in which the server introduces itself does not contain this.'),
  host_key_type: t.Optional(
    oneOf(['auto', ...KEY_TYPES], {
      title: 'Kind of host key',
      description: 'Which of its keys to ask for; automatic prefers Ed25519, then ECDSA.',
      default: 'auto',
      ...ui({ group: 'advanced', widget: 'segmented', span: 1 }),
    }),
  ),
  read_host_key: t.Optional(
    t.Boolean({
      title: 'Read the host key',
      description: 'Off leaves after the server has introduced itself.',
      default: true,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  refuse_protocol_1: t.Optional(
    t.Boolean({
      title: 'Refuse protocol 1',
      description: 'Down when the server still speaks the broken first version of SSH.',
      default: true,
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  family: familyField,
})

const planOf = perSettings((given: (typeof settings)['static']) => {
  const all = filled(settings, given)
  const bare = (all.host_key_sha256 ?? '').replace(/^SHA256:|=$/g, '')
  return { ...all, wanted: bare ? `SHA256:${bare}` : undefined, fits: matcherOf(all) }
})
type Plan = ReturnType<typeof planOf>
type Judgement = Pick<Verdict, 'status' | 'reason' | 'message'>

const OURS = 'SSH-2.0-Xinex'
/** How long a server may take to hang up; the verdict is there already. */
const GOODBYE_MS = 250

const down = (message: string, reason: Verdict['reason'] = 'assertion'): Judgement => ({
  status: 'down',
  reason,
  message,
})

/** What is wrong with the introduction, or undefined. */
function misfit({ protocol, line }: Banner, plan: Plan): Judgement | undefined {
  if (!/^(1|2)\.\d/.test(protocol))
    return down(`the server speaks an unknown version of SSH: ${quoted(line)}`, 'protocol')
  if (protocol.startsWith('1.') && plan.refuse_protocol_1)
    return down(`the server still speaks SSH protocol 1 (${quoted(line, 80)})`)
  if (plan.fits && !plan.fits(line)) return down(missSentence('the introduction', plan))
}

/** What is wrong with the host key, or undefined. Whoever expects none only sees it in the evidence. */
function stranger(key: HostKey | string, { wanted, host_key_type }: Plan): Judgement | undefined {
  if (!wanted) return
  if (typeof key === 'string') return down(`the host key could not be compared: ${key}`, 'protocol')
  if (key.fingerprint === wanted) return
  const others = host_key_type === 'auto' && key.types.length > 1
  const hint = others ? `; should that be another of its keys, choose its kind (${key.types.join(', ')})` : ''
  return down(`the host key is not the expected one but ${key.fingerprint} (${key.name})${hint}`)
}

/** The conversation with one server; what is learnt goes into the evidence at once. */
async function converse(open: Open, plan: Plan): Promise<{ judgement: Judgement; leave: () => Promise<void> }> {
  const { link, phases, evidence } = open
  const started = performance.now()
  const talk = new Conversation(link)
  link.write(Buffer.from(`${OURS}\r\n`))
  const banner = await bannerOf(talk)
  phases.first_byte_ms = performance.now() - started
  Object.assign(evidence, { banner: banner.line, software: banner.software, ssh_protocol: banner.protocol })
  const exchange = new SshExchange(talk, { ours: OURS, theirs: banner.raw }, banner.read)
  const speaks2 = banner.protocol === '1.99' || banner.protocol.startsWith('2.')
  const leave = async () => {
    if (!speaks2) return
    exchange.leave()
    await atMost(
      GOODBYE_MS,
      talk.until(() => false),
    )
  }
  const up: Judgement = { status: 'up', message: `${banner.software || 'SSH'} answers` }
  const bad = misfit(banner, plan)
  if (bad || !plan.read_host_key) return { judgement: bad ?? up, leave }
  if (!speaks2) return { judgement: stranger('the server speaks protocol 1 only', plan) ?? up, leave }
  const key = await exchange.hostKey(plan.host_key_type === 'auto' ? undefined : plan.host_key_type)
  if (typeof key === 'string') evidence.host_key = key
  else {
    const { name, fingerprint, exchange: key_exchange, types } = key
    Object.assign(evidence, { host_key: fingerprint, host_key_type: name, host_key_types: types, key_exchange })
  }
  return { judgement: stranger(key, plan) ?? up, leave }
}

/** Up when the server introduces itself as expected and proves that it has its host key. */
export const ssh = defineProbe({
  type: 'ssh',
  title: 'SSH server',
  summary: 'Up when the SSH server introduces itself and, where one is given, has the expected host key.',
  docs: `Reads the line in which the server introduces itself (RFC 4253), then does the first half of a key exchange: the server
shows its host key and signs with it. Nobody signs in. The fingerprint is kept as evidence; where one is expected,
another is down, as it is when somebody stands in for the server. A server has several keys: give the fingerprint
of its Ed25519 key (\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` on the server), or choose the kind. Without
an expected fingerprint, a server with which no key exchange is possible is still up.

OpenSSH 9.8 and later locks out addresses that connect often without signing in: keep the interval at 30 seconds or
more, or exempt the address with \`PerSourcePenaltyExemptList\`.`,
  settings,
  target: ({ settings: { host, port } }) => `ssh ${hostPort(host, port ?? 22)}`,
  check({ settings: given }): Record<string, string> {
    const { host_key_sha256, read_host_key } = filled(settings, given)
    const unread = host_key_sha256 && !read_host_key
    return { ...expectProblem(given), ...(unread && { 'settings.read_host_key': 'is needed to compare the host key' }) }
  },

  async run({ settings: given, net, signal, now }): Promise<Verdict> {
    const plan = planOf(given)
    const { host, port, family } = plan
    const started = performance.now()
    const tls = { host, verify: false, now }
    return withConnection(
      { host, port, family, net, signal, security: 'none', tls },
      async (open): Promise<Verdict> => {
        const { judgement, leave } = await converse(open, plan)
        const response_time_ms = performance.now() - started
        await leave()
        return { ...judgement, response_time_ms, phases: open.phases, evidence: open.evidence }
      },
    )
  },
})
