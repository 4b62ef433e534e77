import { SHORT_MS, web } from './ask'
import { noNames } from './machine'
import { CLIENT_ERROR } from './reasons'
import type { Row } from './row'

/** What arrives instead of a proper answer. */
export const brokenRows: Row[] = [
  {
    target: 'a closed port',
    ours: ['down', 'refused'],
    blackbox: [0, 'connection refused'],
    plugin: ['check_http', 2, 'Connection refused'],
    ask: (w) => web(w, `http://127.0.0.1:${w.closed}/`),
  },
  {
    target: 'an address that answers nothing (a full queue)',
    ours: ['down', 'timeout'],
    blackbox: [0, 'Error for HTTP request'],
    plugin: ['check_http', 2, 'Socket timeout'],
    ask: (w) => web(w, `http://127.0.0.1:${w.hole.port}/`, { timeout_ms: SHORT_MS }),
  },
  {
    target: 'a name that does not exist',
    unless: noNames,
    ours: ['down', 'dns'],
    blackbox: [0, 'no such host'],
    plugin: ['check_http', 2, 'Name or service not known'],
    ask: (w) => {
      const ask = web(w, 'http://nothing.invalid:80/')
      return { ...ask, plugin: ['-H', 'nothing.invalid', '-t', '8'] }
    },
  },
  {
    target: 'no answer after accepting',
    ours: ['down', 'timeout'],
    blackbox: [0, 'context deadline exceeded'],
    plugin: ['check_http', 2, 'Socket timeout'],
    ask: (w) => web(w, `${w.odd.silent.url}/`, { timeout_ms: SHORT_MS }),
  },
  {
    target: 'reset instead of an answer',
    ours: ['down', 'reset'],
    blackbox: [0, 'connection reset by peer'],
    plugin: ['check_http', 2, 'No data received from host'],
    ask: (w) => web(w, `${w.odd.reset.url}/`),
  },
  {
    target: 'closed without an answer',
    ours: ['down', 'reset'],
    blackbox: [0, 'EOF'],
    plugin: ['check_http', 2, 'No data received from host'],
    ask: (w) => web(w, `${w.odd.closed.url}/`),
  },
  {
    target: 'closed without an answer by nginx (444)',
    ours: ['down', 'reset'],
    blackbox: [0, 'EOF'],
    plugin: ['check_http', 2, 'No data received from host'],
    ask: (w) => web(w, `${w.nginx.plain}/gone`),
  },
  {
    target: 'garbage instead of HTTP',
    ours: ['down', 'protocol'],
    blackbox: [0, 'malformed HTTP status code'],
    plugin: ['check_http', 2, 'Invalid HTTP response received'],
    ask: (w) => web(w, `${w.odd.garbage.url}/`),
  },
  {
    target: 'SSH instead of HTTP',
    ours: ['down', 'protocol'],
    blackbox: [0, 'malformed HTTP response'],
    plugin: ['check_http', 2, 'Invalid HTTP response received'],
    ask: (w) => web(w, `${w.odd.ssh.url}/`),
  },
  {
    target: 'content cut short of its length',
    ours: ['down', 'reset'],
    blackbox: [0, 'unexpected EOF'],
    plugin: ['check_http', 0, 'HTTP OK'],
    differs: { plugin: 'check_http does not compare the content with its announced length.' },
    ask: (w) => web(w, `${w.odd.cut.url}/`),
  },
  {
    target: 'chunks without an end',
    ours: ['down', 'reset'],
    blackbox: [0, 'unexpected EOF'],
    plugin: ['check_http', 3, 'Failed to unchunk message body'],
    differs: {
      plugin: 'check_http sees that the answer is broken, but makes no statement instead of calling it critical.',
    },
    ask: (w) => web(w, `${w.odd.cutChunks.url}/`),
  },
  {
    target: 'headers without an end',
    ours: ['down', 'reset'],
    blackbox: [0, 'unexpected EOF'],
    plugin: ['check_http', 0, 'HTTP OK'],
    differs: { plugin: 'check_http is content with the status line.' },
    ask: (w) => web(w, `${w.odd.headOnly.url}/`),
  },
  {
    target: 'content that never arrives whole',
    ours: ['down', 'timeout'],
    blackbox: [0, 'context deadline exceeded'],
    plugin: ['check_http', 2, 'Socket timeout'],
    ask: (w) => web(w, `${w.odd.stuck.url}/`, { timeout_ms: SHORT_MS }),
  },
  {
    target: 'HTTP/1.0 without a length',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) => web(w, `${w.odd.old.url}/`),
  },
  {
    target: 'two different lengths',
    ours: ['down', 'protocol'],
    blackbox: [0, 'message cannot contain multiple Content-Length headers'],
    plugin: ['check_http', 0, 'HTTP OK'],
    differs: {
      plugin:
        'check_http does not look; RFC 9112 section 6.3 calls it an error that cannot be recovered from, since nobody knows where the answer ends.',
    },
    ask: (w) => web(w, `${w.odd.twice.url}/`),
  },
  {
    target: 'status 999',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=999'],
    plugin: ['check_http', 2, 'Invalid Status'],
    ask: (w) => web(w, `${w.odd.odd.url}/`),
  },
  {
    target: '103 before 200',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) => web(w, `${w.odd.continued.url}/`),
  },
  {
    target: 'http asked of an https port',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=400'],
    plugin: ['check_http', 1, '400 Bad Request'],
    differs: { plugin: CLIENT_ERROR },
    ask: (w) => web(w, `http://127.0.0.1:${new URL(w.nginx.secure).port}/`),
  },
]
