// web/dist and the API reader's files → src/generated/assets.ts: static file imports, compressed beforehand.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { writeIfChanged } from './write'

const root = resolve(import.meta.dir, '..')
// Content-addressed: a compressed file is made once, and a generated module never points at a file that changed.
const store = join(root, '.build/assets')

const MIME: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const SWAGGER = ['swagger-ui-bundle.js', 'swagger-ui.css']

const WITHOUT_WEB = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Xinex</title></head>
  <body><p>This program was put together without its web interface: run <code>npm run build</code>.</p></body>
</html>
`

type Source = { url: string; bytes: Buffer }

const walk = (dir: string): string[] =>
  readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })

function sources(): Source[] {
  const dist = join(root, 'web/dist')
  const web = existsSync(join(dist, 'index.html'))
    ? walk(dist).map((file) => ({ url: `/${relative(dist, file)}`, bytes: readFileSync(file) }))
    : [{ url: '/index.html', bytes: Buffer.from(WITHOUT_WEB) }]
  const reader = SWAGGER.map((name) => ({
    url: `/api/docs/${name}`,
    bytes: readFileSync(join(root, 'node_modules/swagger-ui-dist', name)),
  }))
  return [...web, ...reader].sort((a, b) => (a.url < b.url ? -1 : 1))
}

function stored(name: string, make: () => Uint8Array): string {
  const file = join(store, name)
  if (!existsSync(file)) {
    const half = `${file}.${process.pid}.tmp`
    writeFileSync(half, make())
    renameSync(half, file)
  }
  return name
}

const brotli = (bytes: Buffer) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })

/** CSP sources of the inline scripts of a page: https://www.w3.org/TR/CSP3/#grammardef-hash-source */
export function inlineScriptHashes(html: string): string[] {
  const inline = html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)
  return [...inline].map(([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`)
}

/** Vite puts eight characters of content hash before the extension of what it bundles. */
const hashed = (url: string) => /^\/assets\/.+-[\w-]{8}\.\w+$/.test(url)

function entry({ url, bytes }: Source, add: (name: string) => string): string {
  const mime = MIME[extname(url)] ?? 'application/octet-stream'
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  // Under one packet there is nothing to gain.
  const worthwhile = /^(text|application\/(json|manifest)|image\/svg)/.test(mime) && bytes.length > 1024
  const raw = add(stored(`${hash}.raw`, () => bytes))
  const br = worthwhile ? add(stored(`${hash}.br`, () => brotli(bytes))) : 'null'
  const gz = worthwhile ? add(stored(`${hash}.gz`, () => gzipSync(bytes, { level: 9 }))) : 'null'
  return `  '${url}': { mime: '${mime}', immutable: ${hashed(url)}, hash: '${hash}', raw: ${raw}, br: ${br}, gz: ${gz} },\n`
}

/** @param prune also removes compressed files that nothing refers to any more. */
export function generateAssets({ prune = false } = {}): void {
  mkdirSync(store, { recursive: true })
  const names: string[] = []
  const add = (name: string) => {
    if (!names.includes(name)) names.push(name)
    return `f${names.indexOf(name)}`
  }
  const files = sources()
  const entries = files.map((file) => entry(file, add))
  const index = files.find(({ url }) => url === '/index.html')?.bytes.toString('utf8') ?? ''
  const imports = names.map((name, i) => `import f${i} from '../../.build/assets/${name}' with { type: 'file' }\n`)
  writeIfChanged(
    join(root, 'src/generated/assets.ts'),
    `// Written by scripts/gen-assets.ts; do not edit.
// @ts-nocheck
${imports.join('')}
export type Asset = { mime: string; immutable: boolean; hash: string; raw: string; br: string | null; gz: string | null }
export const assets: Record<string, Asset> = {
${entries.join('')}}
/** The inline scripts of index.html, as the content security policy names them. */
export const scriptHashes: string[] = ${JSON.stringify(inlineScriptHashes(index))}
`,
  )
  if (prune) for (const name of readdirSync(store)) if (!names.includes(name)) rmSync(join(store, name))
}
