import { at, ping, SHORT_MS } from './ask'
import { noNames, notRoot, noWayOut } from './machine'
import type { Row } from './row'

const banner = [{ expect: '^220 .*' }]
const starttls = [
  { expect: '^220 ' },
  { send: 'EHLO monitor' },
  { expect: '^250 ' },
  { send: 'STARTTLS' },
  { expect: '^220 ' },
  { starttls: true },
  { send: 'EHLO monitor' },
  { expect: '^250 ' },
]

/** Ports and hosts: TCP, STARTTLS, UDP, ping. */
export const portRows: Row[] = [
  {
    target: 'tcp, open',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) => at(w, 'tcp', w.talk.banner.port),
  },
  {
    target: 'tcp, closed',
    ours: ['down', 'refused'],
    blackbox: [0, 'connection refused'],
    plugin: ['check_tcp', 2, 'Connection refused'],
    ask: (w) => at(w, 'tcp', w.closed),
  },
  {
    target: 'tcp, no answer to the connection',
    ours: ['down', 'timeout'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_tcp', 2, 'Socket timeout'],
    ask: (w) => at(w, 'tcp', w.hole.port, { timeout_ms: SHORT_MS }),
  },
  {
    target: 'tcp, the banner is as expected',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) =>
      at(w, 'tcp', w.talk.banner.port, {
        settings: { expect: '220 ' },
        module: { query_response: banner },
        args: ['-e', '220 '],
      }),
  },
  {
    target: 'tcp, another banner',
    ours: ['down', 'assertion'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_tcp', 2, 'Socket timeout'],
    ask: (w) =>
      at(w, 'tcp', w.talk.full.port, {
        timeout_ms: SHORT_MS,
        settings: { expect: '220 ' },
        module: { query_response: banner },
        args: ['-e', '220 '],
      }),
  },
  {
    target: 'tcp, no banner',
    ours: ['down', 'timeout'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_tcp', 2, 'Socket timeout'],
    ask: (w) =>
      at(w, 'tcp', w.talk.mute.port, {
        timeout_ms: SHORT_MS,
        settings: { expect: '220 ' },
        module: { query_response: banner },
        args: ['-e', '220 '],
      }),
  },
  {
    target: 'tcp, closed instead of a banner',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Regexp did not match'],
    plugin: ['check_tcp', 2, 'No data received from host'],
    ask: (w) =>
      at(w, 'tcp', w.talk.hangup.port, {
        settings: { expect: '220 ' },
        module: { query_response: banner },
        args: ['-e', '220 '],
      }),
  },
  {
    target: 'tcp, opened and closed at once',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) => at(w, 'tcp', w.talk.hangup.port),
  },
  {
    target: 'tcp, a question and its answer (Redis)',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) =>
      at(w, 'tcp', w.redis.port, {
        settings: { send: 'PING\\r\\n', expect: '+PONG' },
        module: { query_response: [{ send: 'PING' }, { expect: '^\\+PONG' }] },
        args: ['-E', '-s', 'PING\\r\\n', '-e', '+PONG'],
      }),
  },
  {
    target: 'tcp, STARTTLS with a good certificate',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_smtp', 0],
    ask: (w) =>
      at(w, 'tcp', w.exim.port, {
        settings: { security: 'smtp' },
        module: { query_response: starttls, tls_config: { ca_file: w.caFile } },
        args: ['-S'],
      }),
  },
  {
    target: 'tcp, STARTTLS with an expired certificate',
    ours: ['down', 'certificate'],
    blackbox: [0, 'TLS Handshake (client) failed'],
    plugin: ['check_smtp', 2, 'expired on'],
    ask: (w) =>
      at(w, 'tcp', w.eximBad.port, {
        settings: { security: 'smtp' },
        module: { query_response: starttls, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '14'],
      }),
  },
  {
    target: 'tcp, STARTTLS refused (IMAP)',
    ours: ['down', 'protocol'],
    blackbox: [0, 'i/o timeout'],
    ask: (w) =>
      at(w, 'tcp', w.talk.imap.port, {
        timeout_ms: SHORT_MS,
        settings: { security: 'imap' },
        module: {
          query_response: [{ expect: 'OK' }, { send: 'a1 STARTTLS' }, { expect: '^a1 OK' }, { starttls: true }],
        },
        no: ['plugin'],
      }),
  },
  {
    target: 'tcp, a broadcast address',
    ours: ['down', 'blocked'],
    blackbox: [0, 'network is unreachable'],
    plugin: ['check_tcp', 2, 'Network is unreachable'],
    ask: (w) => at(w, 'tcp', 9, { host: '255.255.255.255', timeout_ms: SHORT_MS }),
  },
  {
    target: 'udp, answered',
    ours: ['up'],
    plugin: ['check_udp', 0],
    ask: (w) =>
      at(w, 'udp', w.echo.port, {
        settings: { send: 'ping', expect_answer: 'text', expect: 'you said ping' },
        args: ['-s', 'ping', '-e', 'you said ping'],
        no: ['blackbox'],
      }),
  },
  {
    target: 'udp, another answer',
    ours: ['down', 'assertion'],
    plugin: ['check_udp', 2, 'Socket timeout'],
    ask: (w) =>
      at(w, 'udp', w.noise.port, {
        settings: { send: 'ping', expect_answer: 'text', expect: 'pong' },
        args: ['-s', 'ping', '-e', 'pong'],
        timeout_ms: SHORT_MS,
        no: ['blackbox'],
      }),
  },
  {
    target: 'udp, no answer',
    ours: ['down', 'timeout'],
    plugin: ['check_udp', 2, 'Socket timeout'],
    ask: (w) =>
      at(w, 'udp', w.deaf.port, {
        settings: { send: 'ping' },
        args: ['-s', 'ping', '-e', 'pong'],
        timeout_ms: SHORT_MS,
        no: ['blackbox'],
      }),
  },
  {
    target: 'udp, closed',
    ours: ['down', 'refused'],
    plugin: ['check_udp', 2, 'No data received from host'],
    ask: (w) =>
      at(w, 'udp', w.closed, { settings: { send: 'ping' }, args: ['-s', 'ping', '-e', 'pong'], no: ['blackbox'] }),
  },
  {
    target: 'ping, 127.0.0.1',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_ping', 0],
    unless: notRoot,
    ask: () => ping('127.0.0.1'),
  },
  {
    target: 'ping, ::1',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_ping', 0],
    unless: notRoot,
    ask: () => ping('::1', 6),
  },
  {
    target: 'ping, nobody there',
    ours: ['down', 'timeout'],
    blackbox: [0],
    plugin: ['check_ping', 2],
    unless: () => notRoot() || noWayOut(),
    ask: () => ping('198.51.100.1', 4, SHORT_MS),
  },
  {
    target: 'ping, a name that does not exist',
    ours: ['down', 'dns'],
    blackbox: [0, 'no such host'],
    plugin: ['check_ping', 3, 'Invalid hostname/address'],
    differs: { plugin: 'check_ping takes the name for a wrong option and makes no statement.' },
    unless: () => notRoot() || noNames(),
    ask: () => ping('nothing.invalid'),
  },
]
