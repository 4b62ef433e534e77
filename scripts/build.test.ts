import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile, versionOf } from './build'
import { inlineScriptHashes } from './gen-assets'
import { ordered } from './gen-migrations'
import { withEmbeddedLoader } from './libsql-plugin'
import { hostTarget } from './targets'

const root = join(import.meta.dir, '..')
const base = mkdtempSync(join(tmpdir(), 'xinex-build-'))
const binary = join(base, 'probe')
afterAll(() => rmSync(base, { recursive: true, force: true }))

// The smallest program with what makes the real one hard to compile: libSQL's native part and the version constant.
const entry = join(root, '.build', 'compile-test', 'main.ts')
beforeAll(async () => {
  mkdirSync(join(entry, '..'), { recursive: true })
  writeFileSync(
    entry,
    `import { createClient } from '@libsql/client'
declare const BUILD_VERSION: string
const { rows } = await createClient({ url: 'file::memory:' }).execute('select 6 * 7 as answer')
console.log(JSON.stringify({ version: BUILD_VERSION, answer: rows[0]?.answer, leaked: process.env.LEAKED ?? null }))
`,
  )
  await compile(hostTarget(), entry, binary)
}, 120_000)

function runIn(dir: string, args: string[], env: Record<string, string>) {
  const { stdout, stderr, exitCode } = Bun.spawnSync([binary, ...args], { cwd: dir, env })
  return { out: stdout.toString(), err: stderr.toString(), exitCode }
}

test('the executable runs alone in an empty folder when no temporary folder can be written', () => {
  const dir = join(base, 'empty')
  mkdirSync(dir)
  const { out, err } = runIn(dir, ['serve', '--data', './data'], { TMPDIR: '/nonexistent' })
  expect(err).toBe('')
  expect(JSON.parse(out)).toMatchObject({ answer: 42 })
  expect(readdirSync(join(dir, 'data'))).toEqual(['native'])
})

test('a command that names no data folder leaves nothing in the current one', () => {
  const [dir, temporary] = [join(base, 'bare'), join(base, 'tmp')]
  for (const path of [dir, temporary]) mkdirSync(path, { mode: 0o700 })
  expect(runIn(dir, ['version'], { TMPDIR: temporary }).exitCode).toBe(0)
  expect(readdirSync(dir)).toEqual([])
  expect(readdirSync(temporary)).toEqual([`xinex-${process.getuid?.()}`])
})

test('it carries the version of the changelog, and takes no settings from files of the folder it is started in', () => {
  const dir = join(base, 'foreign')
  mkdirSync(dir)
  writeFileSync(join(dir, '.env'), 'LEAKED=yes\n')
  writeFileSync(join(dir, 'bunfig.toml'), 'preload = ["./evil.ts"]\n')
  writeFileSync(join(dir, 'evil.ts'), 'throw new Error("preloaded")\n')
  const { out } = runIn(dir, ['--data', './data'], {})
  const version = versionOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))
  expect(JSON.parse(out)).toEqual({ version, answer: 42, leaked: null })
})

test.skipIf(process.getuid?.() !== 0)('a user without privileges can run what root has copied', () => {
  const dir = mkdtempSync(join(tmpdir(), 'xinex-nobody-'))
  try {
    chmodSync(dir, 0o755)
    cpSync(binary, join(dir, 'probe'))
    const { stdout } = Bun.spawnSync([join(dir, 'probe'), 'version'], { cwd: '/', env: {}, uid: 65_534, gid: 65_534 })
    expect(JSON.parse(stdout.toString())).toMatchObject({ answer: 42 })
  } finally {
    rmSync(dir, { recursive: true })
    rmSync(join(tmpdir(), 'xinex-65534'), { recursive: true, force: true })
  }
})

test('an upgrade of libsql that loads its native part in another way stops the build', () => {
  const source = readFileSync(join(root, 'node_modules/libsql/index.js'), 'utf8')
  expect(withEmbeddedLoader(source, '/x/loader.ts')).toContain('require("/x/loader.ts").load()')
  expect(() =>
    withEmbeddedLoader(source.replace('function requireNative()', 'const requireNative = () =>'), '/x'),
  ).toThrow()
})

test.each([
  ['## 1.2.3 – today\n\n## 1.2.2', '1.2.3'],
  ['# Changelog\n\n## 2.0.0-rc.1\n', '2.0.0-rc.1'],
])('the first heading of the changelog is the version', (text, version) => expect(versionOf(text)).toBe(version))

test('a changelog without a version stops the build', () => {
  expect(() => versionOf('# Changelog\n## Unreleased\n')).toThrow('CHANGELOG.md')
})

test('migrations apply in the order of their numbers, and a number used twice is refused', () => {
  expect(ordered(['0002_b.sql', '0001_a.sql', 'meta'])).toEqual(['0001_a.sql', '0002_b.sql'])
  expect(() => ordered(['0001_a.sql', '0001_b.sql'])).toThrow('0002_')
  expect(() => ordered(['0001_a.sql', '0003_b.sql'])).toThrow('0002_')
})

test('inline scripts are named by their hash, scripts with an address are not', () => {
  // echo -n "alert('Hello, world.');" | openssl dgst -sha256 -binary | base64
  const page = `<script>alert('Hello, world.');</script><script type="module" src="/a.js"></script>`
  expect(inlineScriptHashes(page)).toEqual([`'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='`])
})
