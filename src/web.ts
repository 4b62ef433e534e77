import { Elysia } from 'elysia'
import { type Asset, assets, scriptHashes } from '#generated/assets'
import { fail } from '#kernel/fail'

/** What a page of ours may load: its own files, its own live channel, nothing inline but what the build has hashed. */
export const policy = (hashes: string[]) =>
  [
    `default-src 'self'`,
    ['script-src', `'self'`, ...hashes].join(' '),
    `style-src 'self'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    // 'self' does not cover the WebSocket of the same host in Safari before 15.4: https://bugs.webkit.org/show_bug.cgi?id=201591
    `connect-src 'self' ws: wss:`,
    `object-src 'none'`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
  ].join('; ')

const YEAR_S = 31_536_000

/** Whether the header accepts this coding: `gzip, br;q=0` accepts gzip only (RFC 9110, 12.5.3). */
function accepts(header: string, coding: string): boolean {
  const weight = (name: string) => {
    const item = header.split(',').find((part) => part.split(';')[0]?.trim().toLowerCase() === name)
    if (item === undefined) return
    return Number(/;\s*q=([\d.]+)/i.exec(item)?.[1] ?? 1)
  }
  return (weight(coding) ?? weight('*') ?? 0) > 0
}

function choose(asset: Asset, header: string): { file: string; coding?: 'br' | 'gzip' } {
  if (asset.br && accepts(header, 'br')) return { file: asset.br, coding: 'br' }
  if (asset.gz && accepts(header, 'gzip')) return { file: asset.gz, coding: 'gzip' }
  return { file: asset.raw }
}

/** A tag names one representation: the compressed forms have their own (RFC 9110, 8.8.3.3). */
const tagOf = (asset: Asset, coding?: string) => `"${asset.hash}${coding ? `-${coding}` : ''}"`

const matches = (header: string | null, tag: string) =>
  header !== null &&
  (header.trim() === '*' || header.split(',').some((item) => item.trim().replace(/^W\//, '') === tag))

/** Answers a GET or HEAD for one embedded file. */
export function send(asset: Asset, request: Request, hashes = scriptHashes): Response {
  const { file, coding } = choose(asset, request.headers.get('accept-encoding') ?? '')
  const tag = tagOf(asset, coding)
  const headers = new Headers({
    'cache-control': asset.immutable ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    etag: tag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  })
  if (asset.mime.startsWith('text/html')) headers.set('content-security-policy', policy(hashes))
  if (matches(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  headers.set('content-type', asset.mime)
  if (coding) headers.set('content-encoding', coding)
  return new Response(Bun.file(file), { headers })
}

const reader = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Xinex API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reader"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/init.js"></script>
  </body>
</html>
`

// A file of its own: the policy allows no inline script. No validator badge: it would call a foreign host.
const start = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#reader', deepLinking: true, validatorUrl: null })
`

const text = (body: string, type: string, headers: Record<string, string> = {}) =>
  new Response(body, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  })

/** A name with an ending is a file, and a file that is not there is 404; anything else is a page of the web interface. */
const isPage = (path: string) => !/^\/(api|assets|s)(\/|$)/.test(path) && !/\.\w{1,8}$/.test(path)

const hidden = { detail: { hide: true } }

/** The web interface and the API reader, out of the executable. Mount it last: it answers every path left over. */
export const web = new Elysia({ name: 'web' })
  .get('/api/docs', () => text(reader, 'text/html', { 'content-security-policy': policy([]) }), hidden)
  .get('/api/docs/init.js', () => text(start, 'text/javascript'), hidden)
  .get(
    '/*',
    ({ path, request }) => {
      const name = path === '/' ? '/index.html' : path
      const asset = Object.hasOwn(assets, name) ? assets[name] : isPage(path) ? assets['/index.html'] : undefined
      if (!asset) throw fail('NOT_FOUND')
      return send(asset, request)
    },
    hidden,
  )
