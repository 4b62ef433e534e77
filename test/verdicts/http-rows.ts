import { SHORT_MS, web } from './ask'
import { CLIENT_ERROR } from './reasons'
import type { Row } from './row'

/** Pages that a web server means to answer with. */
export const httpRows: Row[] = [
  { target: '200', ours: ['up'], blackbox: [1], plugin: ['check_http', 0], ask: (w) => web(w, `${w.web.url}/`) },
  {
    target: '204 without content',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) => web(w, `${w.web.url}/empty`),
  },
  {
    target: '301 to https',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) => web(w, `${w.web.url}/moved`),
  },
  {
    target: '301, redirects not followed',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=301'],
    plugin: ['check_http', 2, 'HTTP CRITICAL: HTTP/1.1 301'],
    ask: (w) =>
      web(w, `${w.nginx.plain}/moved`, {
        settings: { follow_redirects: false },
        module: { follow_redirects: false },
        args: ['-f', 'critical'],
      }),
  },
  {
    target: 'a redirect to itself',
    ours: ['down', 'protocol'],
    blackbox: [0, 'status_code=302'],
    plugin: ['check_http', 2, 'redirection creates an infinite loop'],
    ask: (w) => web(w, `${w.nginx.plain}/loop`),
  },
  {
    target: '302 without Location',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=302'],
    plugin: ['check_http', 3, 'Could not find redirect location'],
    differs: {
      plugin: 'check_http makes no statement about a redirect that it cannot follow; for a visitor it leads nowhere.',
    },
    ask: (w) => web(w, `${w.web.url}/nowhere`),
  },
  {
    target: '302 to ftp://',
    ours: ['down', 'protocol'],
    blackbox: [0, 'unsupported protocol scheme'],
    plugin: ['check_http', 1, '404 Not Found'],
    differs: { plugin: 'check_http takes the address for a path of the same server, and only warns of the 404 there.' },
    ask: (w) => web(w, `${w.web.url}/elsewhere`),
  },
  {
    target: '304 although nothing was asked conditionally',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=304'],
    plugin: ['check_http', 3, 'Could not find redirect location'],
    differs: {
      plugin:
        'check_http looks for a redirect in every 3xx and makes no statement without one; here it is a status that is not accepted.',
    },
    ask: (w) => web(w, `${w.web.url}/unmodified`),
  },
  {
    target: '401, wrong password',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=401'],
    plugin: ['check_http', 1, '401 Unauthorized'],
    differs: { plugin: CLIENT_ERROR },
    ask: (w) =>
      web(w, `${w.nginx.plain}/secret`, {
        settings: { auth: 'basic', username: 'ann', password: 'wrong' },
        module: { basic_auth: { username: 'ann', password: 'wrong' } },
        args: ['-a', 'ann:wrong'],
      }),
  },
  {
    target: '200, right password',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.nginx.plain}/secret`, {
        settings: { auth: 'basic', username: 'ann', password: 'p%w' },
        module: { basic_auth: { username: 'ann', password: 'p%w' } },
        args: ['-a', 'ann:p%w'],
      }),
  },
  {
    target: '404',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=404'],
    plugin: ['check_http', 1, '404 Not Found'],
    differs: { plugin: CLIENT_ERROR },
    ask: (w) => web(w, `${w.web.url}/missing`),
  },
  {
    target: '404, which is wanted',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/missing`, {
        settings: { accepted_status: '404' },
        module: { valid_status_codes: [404] },
        args: ['-e', ' 404 '],
      }),
  },
  {
    target: '418',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=418'],
    plugin: ['check_http', 1, 'HTTP/1.1 418'],
    differs: { plugin: CLIENT_ERROR },
    ask: (w) => web(w, `${w.web.url}/teapot`),
  },
  {
    target: '429',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=429'],
    plugin: ['check_http', 1, '429 Too Many Requests'],
    differs: { plugin: CLIENT_ERROR },
    ask: (w) => web(w, `${w.web.url}/busy`),
  },
  {
    target: '500',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=500'],
    plugin: ['check_http', 2, '500 Internal Server Error'],
    ask: (w) => web(w, `${w.web.url}/error`),
  },
  {
    target: '503 of nginx',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=503'],
    plugin: ['check_http', 2, '503 Service Temporarily Unavailable'],
    ask: (w) => web(w, `${w.nginx.plain}/status`),
  },
  {
    target: 'the keyword is there',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { keyword: 'is ok' },
        module: { fail_if_body_not_matches_regexp: ['is ok'] },
        args: ['-s', 'is ok'],
      }),
  },
  {
    target: 'the keyword is missing',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Body did not match regular expression'],
    plugin: ['check_http', 2, "string 'is bad' not found"],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { keyword: 'is bad' },
        module: { fail_if_body_not_matches_regexp: ['is bad'] },
        args: ['-s', 'is bad'],
      }),
  },
  {
    target: 'a forbidden word is there',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Body matched regular expression'],
    plugin: ['check_http', 2, 'pattern found'],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { keyword_absent: 'all' },
        module: { fail_if_body_matches_regexp: ['all'] },
        args: ['-r', 'all', '--invert-regex'],
      }),
  },
  {
    target: 'the pattern matches',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { body_pattern: '^all\\s' },
        module: { fail_if_body_not_matches_regexp: ['^all\\s'] },
        args: ['-r', '^all '],
      }),
  },
  {
    target: 'the header is there',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { expected_headers: { 'X-Node': 'a1' } },
        module: { fail_if_header_not_matches: [{ header: 'X-Node', regexp: 'a1' }] },
        args: ['-d', 'a1'],
      }),
  },
  {
    target: 'the header has another value',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Header did not match regular expression'],
    plugin: ['check_http', 2, "header 'b2' not found"],
    ask: (w) =>
      web(w, `${w.web.url}/`, {
        settings: { expected_headers: { 'X-Node': 'b2' } },
        module: { fail_if_header_not_matches: [{ header: 'X-Node', regexp: 'b2' }] },
        args: ['-d', 'b2'],
      }),
  },
  {
    target: 'the header is missing',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Missing required header'],
    plugin: ['check_http', 2, "header 'x-node' not found"],
    ask: (w) =>
      web(w, `${w.web.url}/json`, {
        settings: { expected_headers: { 'X-Node': '' } },
        module: { fail_if_header_not_matches: [{ header: 'X-Node', regexp: '.*' }] },
        args: ['-d', 'x-node'],
      }),
  },
  {
    target: 'a JSON value is wrong',
    ours: ['down', 'assertion'],
    blackbox: [0, 'Body did not match regular expression'],
    plugin: ['check_http', 2, 'pattern not found'],
    ask: (w) =>
      web(w, `${w.web.url}/json`, {
        settings: { json_path: 'database.state', json_value: 'up' },
        module: { fail_if_body_not_matches_regexp: ['"state": ?"up"'] },
        args: ['-r', '"state": ?"up"'],
      }),
  },
  {
    target: 'in chunks',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/chunked`, {
        settings: { keyword: 'is ok' },
        module: { fail_if_body_not_matches_regexp: ['is ok'] },
        args: ['-s', 'is ok'],
      }),
  },
  {
    target: 'gzip, with a keyword inside',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_curl', 0],
    ask: (w) =>
      web(w, `${w.web.url}/packed`, {
        settings: { keyword: 'is ok' },
        module: { compression: 'gzip', fail_if_body_not_matches_regexp: ['is ok'] },
        args: ['-s', 'is ok', '--enable-automatic-decompression'],
      }),
  },
  {
    target: 'says gzip, but is not, with a keyword',
    ours: ['down', 'protocol'],
    blackbox: [0, 'gzip: invalid header'],
    plugin: ['check_curl', 2, 'incorrect header check'],
    ask: (w) =>
      web(w, `${w.web.url}/unpackable`, {
        settings: { keyword: 'gzip' },
        module: { compression: 'gzip', fail_if_body_not_matches_regexp: ['gzip'] },
        args: ['-s', 'gzip', '--enable-automatic-decompression'],
      }),
  },
  {
    target: 'HEAD',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.web.url}/`, { settings: { method: 'HEAD' }, module: { method: 'HEAD' }, args: ['-j', 'HEAD'] }),
  },
  {
    target: 'only on IPv6',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) =>
      web(w, `${w.six.url}/`, { settings: { family: 'ipv6' }, module: { preferred_ip_protocol: 'ip6' }, args: ['-6'] }),
  },
  {
    target: 'localhost only on IPv6, IPv4 preferred',
    ours: ['down', 'refused'],
    blackbox: [0, 'connection refused'],
    plugin: ['check_http', 2, 'Connection refused'],
    ask: (w) => {
      const ask = web(w, `http://localhost:${w.six.port}/`)
      return { ...ask, plugin: ['-H', 'localhost', '-p', String(w.six.port), '-t', '8'] }
    },
  },
  {
    target: 'slower than the timeout',
    ours: ['down', 'timeout'],
    blackbox: [0, 'context deadline exceeded'],
    plugin: ['check_http', 2, 'Socket timeout'],
    ask: (w) => web(w, `${w.web.url}/late`, { timeout_ms: SHORT_MS }),
  },
  {
    target: 'slower than wished, within the timeout',
    ours: ['degraded', 'slow'],
    blackbox: [1],
    plugin: ['check_http', 1, 'HTTP WARNING: HTTP/1.1 200 OK'],
    ask: (w) => web(w, `${w.web.url}/slow`, { degraded_ms: 400, args: ['-w', '0.4'] }),
  },
  {
    target: 'slower than allowed, within the timeout',
    ours: ['down', 'slow'],
    blackbox: [1],
    plugin: ['check_http', 2, 'HTTP CRITICAL: HTTP/1.1 200 OK'],
    differs: {
      blackbox: 'blackbox_exporter has no limit but its timeout; the duration is a metric for an alert rule.',
    },
    ask: (w) => web(w, `${w.web.url}/slow`, { settings: { max_time_ms: 400 }, args: ['-c', '0.4'] }),
  },
]
