import { Type as t } from '@sinclair/typebox'
import { DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { html, plainText, SUBJECT } from '#channels/mail-page'
import { fieldOf } from '#channels/post'
import { applianceSmtp, PORTS, pinned, type Smtp, smtpFailure, transportOf } from '#channels/smtp'
import { fit, oneLine } from '#channels/text'
import { oneOf, secret, ui } from '#kernel/form'

const TIMEOUT_MS = 20_000

/** One bare address: no name, no list, no comment, no space, so that nothing can smuggle in a second recipient. */
const ADDRESS = '^[A-Za-z0-9.!#$%&\'*+/=?^_`{|}~-]{1,64}@[^\\s@<>"(),:;\\\\\\[\\]]{1,253}$'
const isAddress = (text: string) => new RegExp(ADDRESS).test(text)

/** `Name <address>` or a bare address, taken apart so that nodemailer has nothing left to parse. */
function mailbox(text: string): { name: string; address: string } | undefined {
  const [, name = '', inner] = /^([^<>\r\n]*)<([^<>\s]+)>$/.exec(text.trim()) ?? []
  const address = inner ?? text.trim()
  return isAddress(address) ? { name: oneLine(name.replace(/"/g, '')), address } : undefined
}

const settings = t.Object({
  to: t.Array(t.String({ pattern: ADDRESS, maxLength: 320 }), {
    title: 'Recipients',
    minItems: 1,
    maxItems: 20,
    description: 'One bare e-mail address each; all of them can see each other.',
    ...ui({ widget: 'list', placeholder: 'ops@example.com' }),
  }),
  host: t.Optional(
    t.String({
      title: 'Mail server',
      pattern: '^[^\\s/@]{1,253}$',
      description: 'Leave it empty to use the mail server of this Xinex.',
      ...ui({ group: 'advanced', span: 1, mono: true, placeholder: 'smtp.example.com' }),
    }),
  ),
  port: t.Optional(
    t.Integer({
      title: 'Port',
      minimum: 1,
      maximum: 65535,
      description: 'Usually 587 for STARTTLS, 465 for TLS and 25 without; that is also used when it is empty.',
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  security: t.Optional(
    oneOf(['starttls', 'tls', 'none'], {
      title: 'Encryption',
      default: 'starttls',
      description: 'STARTTLS and TLS are insisted on; with “none” passwords travel readably.',
      ...ui({ group: 'advanced', widget: 'segmented' }),
    }),
  ),
  user: t.Optional(
    t.String({
      title: 'User',
      maxLength: 320,
      description: 'Only if the mail server asks for it.',
      ...ui({ group: 'advanced', span: 1 }),
    }),
  ),
  password: t.Optional(
    secret({ title: 'Password', description: 'Belongs to the user.', ...ui({ group: 'advanced', span: 1 }) }),
  ),
  from: t.Optional(
    t.String({
      title: 'Sender',
      maxLength: 320,
      description: 'An address or “Name <address>” that the mail server accepts as sender.',
      ...ui({ group: 'advanced', placeholder: 'Xinex <alerts@example.com>' }),
    }),
  ),
})

type Settings = (typeof settings)['static']

/** All mails about one incident name the same ancestor, which never existed: mail programs then show them as one thread. */
function thread({ data }: Notice, domain: string): Record<string, string> {
  const id = data.incident_id ?? fieldOf(data, 'incident', 'id')
  if (typeof id !== 'string' && typeof id !== 'number') return {}
  const ancestor = `<incident-${word(String(id))}@${domain}>`
  return { inReplyTo: ancestor, references: ancestor }
}

/** Safe inside a Message-ID: https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4 */
const word = (text: string) => text.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 100)

/** Which server and sender: the channel's own when it names a server, else the appliance's. */
function routeOf({ settings, mail }: Pick<Send<Settings>, 'settings' | 'mail'>): { smtp: Smtp; from: string } {
  const { host, port, security = 'starttls', user, password, from } = settings
  if (host) return { smtp: { host, port: port ?? PORTS[security], security, user, password }, from: from ?? user ?? '' }
  if (!mail)
    throw new DeliveryError('No mail server is configured: name one in this channel, or ask the operator.', 'disable')
  return { smtp: applianceSmtp(mail), from: mail.from }
}

function message(notice: Notice, from: { name: string; address: string }, to: string[], now: number) {
  const domain = from.address.split('@')[1]!
  return {
    from,
    to: to.map((address) => ({ name: '', address })),
    subject: fit(oneLine(notice.title), SUBJECT),
    text: plainText(notice),
    html: html(notice),
    date: new Date(now),
    // The same for every attempt, so that a mail sent twice can be recognised as one.
    messageId: `<${word(notice.delivery_id)}@${domain}>`,
    ...thread(notice, domain),
    ...(notice.urgent && { priority: 'high' as const }),
    headers: {
      // https://www.rfc-editor.org/rfc/rfc3834#section-5: keeps holiday notices from answering
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Xinex-Event': oneLine(notice.event),
      'X-Xinex-Delivery': word(notice.delivery_id),
    },
  }
}

async function deliver({ settings, notice, net, mail, now }: Send<Settings>, timeout_ms: number, ca?: string) {
  const { smtp, from } = routeOf({ settings, mail })
  const sender = mailbox(from)
  if (!sender) throw new DeliveryError('The sender is not an e-mail address.', 'disable')
  const wrong = settings.to.find((address) => !isAddress(address))
  if (wrong !== undefined) throw new DeliveryError('One of the recipients is not an e-mail address.', 'disable')

  const late = new DeliveryError(`${smtp.host}:${smtp.port} did not finish within ${timeout_ms / 1000} s.`, 'retry')
  const signal = AbortSignal.timeout(timeout_ms)
  const target = settings.host ? await pinned(net, smtp, signal) : smtp
  const transport = transportOf(target, timeout_ms, ca)
  try {
    const { response, rejected } = await Promise.race([
      transport.sendMail(message(notice, sender, settings.to, now())),
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(late), { once: true })),
    ])
    const refused = rejected.length > 0 ? `${rejected.length} of ${settings.to.length} recipients refused · ` : ''
    return {
      external_id: `${word(notice.delivery_id)}@${sender.address.split('@')[1]}`,
      answer: refused + oneLine(response),
    }
  } catch (cause) {
    throw cause instanceof DeliveryError ? cause : smtpFailure(smtp, cause)
  } finally {
    transport.close()
  }
}

/** The channel with another deadline or an extra trusted authority; `email` is the one that is offered. */
export const emailWith = ({ timeout_ms = TIMEOUT_MS, ca }: { timeout_ms?: number; ca?: string } = {}) =>
  defineChannel({
    type: 'email',
    title: 'E-mail',
    summary: 'Sends e-mail through the mail server of this Xinex, or through one of your own.',
    docs: 'https://nodemailer.com/smtp',
    settings,

    people: true,
    personal: ['to'],

    label: ({ to }) => (to.length > 1 ? `${to[0]} and ${to.length - 1} more` : (to[0] ?? '')),

    check({ to, host, port, user = '', password, from }) {
      const wrong = to.findIndex((address) => !isAddress(address))
      const sender = from ?? user
      return {
        ...(wrong >= 0 && { [`settings.to.${wrong}`]: 'Enter one bare e-mail address.' }),
        ...(!host &&
          (port || user || password || from) && { 'settings.host': 'Enter the mail server these belong to.' }),
        ...(host && !mailbox(sender) && { 'settings.from': 'Enter the sender that your mail server accepts.' }),
        ...(password && !user && { 'settings.user': 'Enter the user that this password belongs to.' }),
      }
    },

    send: (job) => deliver(job, timeout_ms, ca),
  })

export const email = emailWith()
