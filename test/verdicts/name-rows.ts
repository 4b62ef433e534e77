import { asks, SHORT_MS } from './ask'
import type { Row } from './row'

/** Name servers. */
export const nameRows: Row[] = [
  {
    target: 'A, there',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_dig', 0],
    ask: (w) => asks(w.named.port, { name: 'example.test' }),
  },
  {
    target: 'A, the expected addresses',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_dig', 0],
    ask: (w) =>
      asks(w.named.port, {
        name: 'example.test',
        values: ['192.0.2.1', '192.0.2.2'],
        module: { validate_answer_rrs: { fail_if_not_matches_regexp: ['192\\.0\\.2\\.[12]$'] } },
        args: ['-a', '192.0.2.1'],
      }),
  },
  {
    target: 'A, other addresses',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Answer RRs validation failed'],
    plugin: ['check_dig', 1, 'Server not found in ANSWER SECTION'],
    differs: { plugin: 'check_dig only warns of another address.' },
    ask: (w) =>
      asks(w.named.port, {
        name: 'example.test',
        values: ['192.0.2.9'],
        module: { validate_answer_rrs: { fail_if_not_matches_regexp: ['192\\.0\\.2\\.9$'] } },
        args: ['-a', '192.0.2.9'],
      }),
  },
  {
    target: 'A, one address more than expected',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Answer RRs validation failed'],
    plugin: ['check_dig', 0, 'DNS OK'],
    differs: { plugin: 'check_dig asks only whether the address is among the answers, as Xinex does with “contains”.' },
    ask: (w) =>
      asks(w.named.port, {
        name: 'example.test',
        values: ['192.0.2.1'],
        module: { validate_answer_rrs: { fail_if_not_matches_regexp: ['192\\.0\\.2\\.1$'] } },
        args: ['-a', '192.0.2.1'],
      }),
  },
  {
    target: 'NXDOMAIN',
    ours: ['down', 'dns'],
    blackbox: [0, 'string_rcode=NXDOMAIN'],
    plugin: ['check_dig', 2, 'No ANSWER SECTION found'],
    ask: (w) => asks(w.named.port, { name: 'none.example.test' }),
  },
  {
    target: 'the name has no record of this kind',
    ours: ['down', 'dns'],
    blackbox: [1],
    plugin: ['check_dig', 2, 'No ANSWER SECTION found'],
    differs: {
      blackbox:
        'blackbox_exporter judges the response code, which is NOERROR; what the answer contains it only checks when told to.',
    },
    ask: (w) => asks(w.named.port, { name: 'empty.example.test' }),
  },
  {
    target: 'SERVFAIL',
    ours: ['down', 'dns'],
    blackbox: [0, 'string_rcode=SERVFAIL'],
    plugin: ['check_dig', 2, 'No ANSWER SECTION found'],
    ask: (w) => asks(w.named.port, { name: 'broken.test' }),
  },
  {
    target: 'REFUSED',
    ours: ['down', 'dns'],
    blackbox: [0, 'string_rcode=REFUSED'],
    plugin: ['check_dig', 2, 'No ANSWER SECTION found'],
    ask: (w) => asks(w.named.port, { name: 'elsewhere.test' }),
  },
  {
    target: 'no answer',
    ours: ['down', 'timeout'],
    blackbox: [0, 'i/o timeout'],
    plugin: ['check_dig', 2, 'Plugin timed out'],
    ask: (w) => asks(w.deaf.port, { name: 'example.test', timeout_ms: SHORT_MS }),
  },
  {
    target: 'a closed port',
    ours: ['down', 'refused'],
    blackbox: [0, 'connection refused'],
    plugin: ['check_dig', 1, 'dig returned an error status'],
    differs: { plugin: 'check_dig only sees that dig failed, and warns.' },
    ask: (w) => asks(w.closed, { name: 'example.test', timeout_ms: SHORT_MS }),
  },
  {
    target: 'garbage instead of an answer',
    ours: ['down', 'timeout'],
    blackbox: [0, 'dns: short read'],
    plugin: ['check_dig', 2, 'Plugin timed out'],
    ask: (w) => asks(w.noise.port, { name: 'example.test', timeout_ms: SHORT_MS }),
  },
  {
    target: 'TXT, too long for a datagram',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_dig', 0],
    ask: (w) => asks(w.named.port, { name: 'big.example.test', record: 'TXT' }),
  },
  {
    target: 'MX, there',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_dig', 0],
    ask: (w) => asks(w.named.port, { name: 'example.test', record: 'MX' }),
  },
  {
    target: 'a circle of aliases',
    ours: ['down', 'dns'],
    blackbox: [0, 'string_rcode=SERVFAIL'],
    plugin: ['check_dig', 0, 'DNS OK'],
    differs: {
      plugin:
        'check_dig finds the alias in the answer and is content, although no address follows and the server says SERVFAIL.',
    },
    ask: (w) => asks(w.named.port, { name: 'loop.example.test' }),
  },
]
