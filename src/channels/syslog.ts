import { createSocket } from 'node:dgram'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { connect as connectTls } from 'node:tls'
import { Type as t } from '@sinclair/typebox'
import { keyOf, sourceOf } from '#channels/alert'
import { DeliveryError, defineChannel, type Notice, type Send } from '#channels/define'
import { addressesOf, unreachable } from '#channels/dial'
import { fit, oneLine } from '#channels/text'
import { oneOf, ui } from '#kernel/form'

const TIMEOUT_MS = 10_000
/** What a receiver that never hangs up is given to take the last bytes. */
const LINGER_MS = 1_000

// https://www.rfc-editor.org/rfc/rfc5424#section-6.2.1
const FACILITIES = {
  user: 1,
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const
const facilities = Object.keys(FACILITIES) as (keyof typeof FACILITIES)[]
const SEVERITY = { critical: 2, high: 3, medium: 4, low: 5 } satisfies Record<Notice['severity'], number>
const NOTICE = 5
const INFORMATIONAL = 6
// https://www.rfc-editor.org/rfc/rfc5426#section-3.2: what receivers should be able to take in one datagram;
// in a stream RFC 5425 (section 4.3.1) says 8,192, and rsyslog cuts at 8,096 unless told otherwise:
// https://www.rsyslog.com/doc/rainerscript/global.html (maxMessageSize)
const DATAGRAM = 2_048
const FRAME = 8_000
/** The number kept for examples: nobody else means something by it. https://www.rfc-editor.org/rfc/rfc5612 */
const SD_ID = 'xinex@32473'
// https://www.iana.org/assignments/service-names-port-numbers: 514 for UDP, 601 for TCP, 6514 for TLS
const PORTS = { udp: 514, tcp: 601, tls: 6514 }

const settings = t.Object({
  host: t.String({
    title: 'Host',
    pattern: '^[^\\s/@]{1,253}$',
    description: 'Name or address of the log server.',
    ...ui({ mono: true, placeholder: 'logs.example.com' }),
  }),
  transport: t.Optional(
    oneOf(['udp', 'tcp', 'tls'], {
      title: 'Transport',
      default: 'tcp',
      description: 'UDP may lose messages without a word; TLS checks the server’s certificate.',
      ...ui({ widget: 'segmented' }),
    }),
  ),
  port: t.Optional(
    t.Integer({
      title: 'Port',
      minimum: 1,
      maximum: 65535,
      description: 'Usually 514 for UDP, 601 for TCP and 6514 for TLS; that is also used when it is empty.',
      ...ui({ span: 1 }),
    }),
  ),
  facility: t.Optional(
    oneOf(facilities, {
      title: 'Facility',
      default: 'local0',
      description: 'By which the log server sorts.',
      ...ui({ span: 1, widget: 'select' }),
    }),
  ),
  app_name: t.Optional(
    t.String({
      title: 'Program name',
      // https://www.rfc-editor.org/rfc/rfc5424#section-6: 48 printable characters
      pattern: '^[!-~]{1,48}$',
      default: 'xinex',
      description: 'Stands in every line as the program it is from.',
      ...ui({ group: 'advanced', mono: true }),
    }),
  ),
})
type Settings = (typeof settings)['static']

function severityOf({ kind, severity }: Notice): number {
  if (kind === 'test') return INFORMATIONAL
  return kind === 'down' ? SEVERITY[severity] : NOTICE
}

/** https://www.rfc-editor.org/rfc/rfc5424#section-6.3.3: these three are escaped, and nothing else. */
const escapeParam = (text: string) => text.replace(/["\\\]]/g, '\\$&')
const param = ([name, value]: [string, string | undefined]) =>
  value ? ` ${name}="${fit(oneLine(value), 300, { escaped: escapeParam })}"` : ''

/** One line after RFC 5424, in UTF-8. The text is cut, what programs read by is not. */
export function lineOf(notice: Notice, { facility = 'local0', app_name = 'xinex' }: Settings, limit: number): string {
  const priority = FACILITIES[facility] * 8 + severityOf(notice)
  const at = Number.isFinite(Date.parse(notice.at)) ? new Date(notice.at).toISOString() : '-'
  const host =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, 255) || '-'
  const id = notice.event.replace(/[^!-~]/g, '').slice(0, 32) || '-'
  const { name, target } = sourceOf(notice)
  const data = Object.entries({
    kind: notice.kind,
    severity: notice.severity,
    incident: keyOf(notice),
    delivery: notice.delivery_id,
    source: name,
    target,
    url: notice.url,
  })
  const head = `<${priority}>1 ${at} ${host} ${app_name} - ${id} [${SD_ID}${data.map(param).join('')}] \ufeff`
  const text = [oneLine(notice.title), ...notice.body.split('\n').map(oneLine)].filter(Boolean).join(' | ')
  return head + fit(text, limit - Buffer.byteLength(head), { measure: (sent) => Buffer.byteLength(sent) })
}

type Way = { host: string; address: string; port: number; timeout_ms: number; ca?: string }

function sendDatagram({ address, port, host, timeout_ms }: Way, line: string): Promise<void> {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4')
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(lateFor(host, port, timeout_ms)), timeout_ms)
    const fail = (cause: unknown) => reject(unreachable(`${host}:${port}`, cause))
    socket.on('error', fail).on('close', () => clearTimeout(timer))
    socket.send(Buffer.from(line), port, address, (cause) => (cause ? fail(cause) : resolve()))
  }).finally(() => socket.close())
}

const lateFor = (host: string, port: number, timeout_ms: number) =>
  new DeliveryError(`${host}:${port} did not take the message within ${timeout_ms / 1000} s.`, 'retry')

/**
 * A frame with its length in front (https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1), then the end of the stream. There is
 * no answer in this protocol: taken is what the receiver's side acknowledged before it, or a moment, ended the connection.
 */
function sendFrame(socket: Socket, ready: 'connect' | 'secureConnect', { host, port, timeout_ms }: Way, line: string) {
  const frame = Buffer.from(line)
  let linger: ReturnType<typeof setTimeout> | undefined
  let written = false
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(lateFor(host, port, timeout_ms)), timeout_ms)
    socket.once(ready, () => {
      socket.end(Buffer.concat([Buffer.from(`${frame.length} `), frame]), () => {
        written = true
        linger = setTimeout(resolve, LINGER_MS)
      })
    })
    socket.on('error', (cause) => reject(unreachable(`${host}:${port}`, cause)))
    socket.on('end', () => written && resolve()).resume()
    socket.on('close', () => {
      clearTimeout(timer)
      reject(unreachable(`${host}:${port}`, { code: 'ECONNRESET' }))
    })
  }).finally(() => {
    clearTimeout(linger)
    socket.destroy()
  })
}

function connected({ host, address, port, ca }: Way, tls: boolean): Socket {
  if (!tls) return connectTcp({ host: address, port })
  // SNI takes no addresses; the certificate is checked against the host all the same.
  const servername = isIP(host) ? '' : host
  return connectTls({ host: address, port, servername, minVersion: 'TLSv1.2', ...(ca && { ca }) })
}

async function deliver({ settings, notice, net }: Send<Settings>, timeout_ms: number, ca?: string) {
  const { host: given, transport = 'tcp', port = PORTS[transport] } = settings
  const host = given.replace(/^\[|\]$/g, '')
  const [address = ''] = await addressesOf(net, host, AbortSignal.timeout(timeout_ms))
  const way = { host, address, port, timeout_ms, ca }
  const line = lineOf(notice, settings, transport === 'udp' ? DATAGRAM : FRAME)
  if (transport === 'udp') await sendDatagram(way, line)
  else {
    const tls = transport === 'tls'
    await sendFrame(connected(way, tls), tls ? 'secureConnect' : 'connect', way, line)
  }
  return { answer: `${Buffer.byteLength(line)} bytes by ${transport.toUpperCase()}` }
}

/** The channel with another deadline or an extra trusted authority; `syslog` is the one that is offered. */
export const syslogWith = ({ timeout_ms = TIMEOUT_MS, ca }: { timeout_ms?: number; ca?: string } = {}) =>
  defineChannel({
    type: 'syslog',
    each: true,
    title: 'Syslog',
    summary: 'Writes a line to a log server (RFC 5424).',
    docs: 'https://www.rsyslog.com/doc/',
    notes:
      'One line for each message, with what programs read by as structured data (`[xinex@32473 kind="down" …]`). TCP and TLS frame lines by their length (RFC 6587, RFC 5425), which rsyslog and syslog-ng recognise by themselves. Severities: critical 2, high 3, medium 4, low 5; everything that is no opening is 5, a test 6.',
    settings,

    label: ({ host, transport = 'tcp', port = PORTS[transport] }) => `${host}:${port}/${transport}`,

    send: (job) => deliver(job, timeout_ms, ca),
  })

export const syslog = syslogWith()
