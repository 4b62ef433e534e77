import { at, web } from './ask'
import { ONLY_DATES } from './reasons'
import type { Row } from './row'

/** Web sites and ports by their certificate and their version of TLS. */
export const tlsRows: Row[] = [
  {
    target: 'https, a good certificate',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_curl', 0],
    ask: (w) => web(w, `${w.secured.good.url}/`),
  },
  {
    target: 'https, expired',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate has expired or is not yet valid'],
    plugin: ['check_curl', 2, 'certificate has expired'],
    ask: (w) => web(w, `${w.secured.expired.url}/`),
  },
  {
    target: 'https, not valid yet',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate has expired or is not yet valid'],
    plugin: ['check_curl', 2, 'certificate is not yet valid'],
    ask: (w) => web(w, `${w.secured.early.url}/`),
  },
  {
    target: 'https, self-signed',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate signed by unknown authority'],
    plugin: ['check_curl', 2, 'self-signed certificate'],
    ask: (w) => web(w, `${w.secured.own.url}/`),
  },
  {
    target: 'https, for another name',
    ours: ['down', 'certificate'],
    blackbox: [0, 'cannot validate certificate for 127.0.0.1'],
    plugin: ['check_curl', 2, 'no alternative certificate subject name matches'],
    ask: (w) => web(w, `${w.secured.other.url}/`),
  },
  {
    target: 'https, unknown authority',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate signed by unknown authority'],
    plugin: ['check_curl', 2, 'self-signed certificate in certificate chain'],
    ask: (w) => web(w, `${w.secured.foreign.url}/`),
  },
  {
    target: 'https, expired, not verified',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_http', 0],
    ask: (w) => {
      const ask = web(w, `${w.secured.expired.url}/`, {
        settings: { verify_tls: false, certificate_days: 0 },
        module: { tls_config: { insecure_skip_verify: true } },
      })
      return { ...ask, plugin: ['-I', '127.0.0.1', '-p', String(w.secured.expired.port), '-S', '-t', '8'] }
    },
  },
  {
    target: 'https, ends in a week, warning at 14 days',
    ours: ['degraded', 'certificate'],
    blackbox: [1],
    plugin: ['check_curl', 1, 'expires in 7 day(s)'],
    ask: (w) => web(w, `${w.secured.week.url}/`, { args: ['-C', '14,3'] }),
  },
  {
    target: 'https, only TLS 1.0',
    ours: ['down', 'tls'],
    blackbox: [0, 'protocol version not supported'],
    plugin: ['check_curl', 2, 'cURL returned 35'],
    ask: (w) => web(w, `https://127.0.0.1:${w.tls10.port}/`),
  },
  {
    target: 'https, only TLS 1.1',
    ours: ['down', 'tls'],
    blackbox: [0, 'protocol version not supported'],
    plugin: ['check_curl', 2, 'cURL returned 35'],
    ask: (w) => web(w, `https://127.0.0.1:${w.tls11.port}/`),
  },
  {
    target: 'https, only TLS 1.3',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_curl', 0],
    ask: (w) => web(w, `https://127.0.0.1:${w.tls13.port}/`),
  },
  {
    target: 'https asked of an http port',
    ours: ['down', 'tls'],
    blackbox: [0, 'server gave HTTP response to HTTPS client'],
    plugin: ['check_curl', 2, 'wrong version number'],
    ask: (w) => web(w, `${w.web.url.replace('http:', 'https:')}/`),
  },
  {
    target: 'https, wants a client certificate',
    ours: ['down', 'status'],
    blackbox: [0, 'status_code=400'],
    plugin: ['check_curl', 1, 'HTTP/2 400'],
    differs: { plugin: 'check_curl calls 4xx a warning; here a status that is not accepted is down.' },
    ask: (w) => web(w, `${w.nginx.mutual}/there`),
  },
  {
    target: 'https, only HTTP/2, asked for HTTP/1.1',
    ours: ['down', 'tls'],
    blackbox: [0, 'status_code=403'],
    plugin: ['check_curl', 2, 'no application protocol'],
    ask: (w) => web(w, `${w.two.url}/`, { module: { enable_http2: false }, args: ['--http-version=1.1'] }),
  },
  {
    target: 'https, only HTTP/2, asked for HTTP/2',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_curl', 0],
    ask: (w) => web(w, `${w.two.url}/`, { settings: { http_version: '2' }, args: ['--http-version=2.0'] }),
  },
  {
    target: 'certificate, good',
    ours: ['up'],
    blackbox: [1],
    plugin: ['check_tcp', 0],
    ask: (w) =>
      at(w, 'tls', w.secured.good.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
  {
    target: 'certificate, ends in a week, warning at 21 days',
    ours: ['degraded', 'certificate'],
    blackbox: [1],
    plugin: ['check_tcp', 1, 'expires in 7 day(s)'],
    ask: (w) =>
      at(w, 'tls', w.secured.week.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
  {
    target: 'certificate, ends tomorrow, critical at 3 days',
    ours: ['down', 'certificate'],
    blackbox: [1],
    plugin: ['check_tcp', 2, 'expires in 1 day(s)'],
    differs: { blackbox: 'blackbox_exporter only measures when the certificate ends; the limit is for an alert rule.' },
    ask: (w) =>
      at(w, 'tls', w.secured.tomorrow.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
  {
    target: 'certificate, expired',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate has expired or is not yet valid'],
    plugin: ['check_tcp', 2, 'expired on'],
    ask: (w) =>
      at(w, 'tls', w.secured.expired.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
  {
    target: 'certificate, for another name',
    ours: ['down', 'certificate'],
    blackbox: [0, 'cannot validate certificate for 127.0.0.1'],
    plugin: ['check_tcp', 0, 'will expire on'],
    differs: { plugin: ONLY_DATES },
    ask: (w) =>
      at(w, 'tls', w.secured.other.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
  {
    target: 'certificate, self-signed',
    ours: ['down', 'certificate'],
    blackbox: [0, 'certificate signed by unknown authority'],
    plugin: ['check_tcp', 0, 'will expire on'],
    differs: { plugin: ONLY_DATES },
    ask: (w) =>
      at(w, 'tls', w.secured.own.port, {
        module: { tls: true, tls_config: { ca_file: w.caFile } },
        args: ['-S', '-D', '21,3'],
      }),
  },
]
