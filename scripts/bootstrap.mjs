// One door for people and machines that have only Node and npm: node scripts/bootstrap.mjs start|test|build|dev|verify
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { die, ensureBun, ensureDependencies, must, newest, root, run, totals } from './toolchain.mjs'

const WEB = ['web', 'src/contract', 'bun.lock']
const SOURCES = [...WEB, 'src', 'migrations', 'scripts', 'package.json', 'CHANGELOG.md']
const BINARY = join('dist', 'xinex')
const DEV_LISTEN = '127.0.0.1:3000'
const TEST_LIMIT_MS = 60 * 60_000

const age = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
const node = process.execPath
// By their files, not by `bunx`: these run under the Node that runs us, whatever is on PATH.
const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')

async function ready() {
  const bun = await ensureBun()
  await ensureDependencies(bun)
  return bun
}

async function buildWeb() {
  if (age('web/dist/index.html') > newest(WEB)) return
  await must(node, [vite, 'build', '--logLevel', 'warn'], { cwd: join(root, 'web') })
}

async function build(bun, args) {
  rmSync(join(root, 'web', 'dist'), { recursive: true, force: true })
  await buildWeb()
  await must(bun, ['scripts/build.ts', ...args])
}

/** Adds the arguments of a first try-out; what the person gives, here or by environment, wins. */
function serveArgs(given) {
  const has = (flag) => given.some((arg) => arg === flag || arg.startsWith(`${flag}=`))
  const args = ['serve', ...given]
  if (!has('--data') && !process.env.XINEX_DATA) args.push('--data', './data')
  if (!has('--listen') && !process.env.XINEX_LISTEN) args.push('--listen', DEV_LISTEN)
  return args
}

async function start(args) {
  const bun = await ready()
  if (age(BINARY) < newest(SOURCES)) {
    console.log('Building (once; later starts reuse dist/xinex) …')
    await build(bun, [])
  }
  return run(join(root, BINARY), serveArgs(args))
}

async function test(args) {
  const bun = await ready()
  await buildWeb()
  await must(bun, ['scripts/generate.ts'])
  mkdirSync(join(root, 'test-results'), { recursive: true })
  const report = join(root, 'test-results', 'junit.xml')
  rmSync(report, { force: true })
  const where = args.length ? args : ['src', 'test', 'scripts', 'web'].filter((dir) => existsSync(join(root, dir)))
  // The smoke tests drive a compiled binary; `npm run verify` builds it and runs them.
  const smoke = process.env.XINEX_BINARY ? [] : ['--path-ignore-patterns=test/smoke/**']
  const code = await run(
    bun,
    ['test', '--timeout=30000', ...smoke, '--reporter=junit', `--reporter-outfile=${report}`, ...where],
    { limitMs: TEST_LIMIT_MS },
  )
  const counted = totals(existsSync(report) ? readFileSync(report, 'utf8') : '', code)
  console.log(`${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped`)
  return code || (counted.failed ? 1 : 0)
}

async function dev(args) {
  const bun = await ready()
  await must(bun, ['scripts/generate.ts'])
  const options = serveArgs(args)
  const listen = options[options.indexOf('--listen') + 1]
  // Either one ending ends both: half a development set-up answers confusingly.
  const over = new AbortController()
  const both = [
    run(bun, ['--watch', '--no-clear-screen', 'src/main.ts', ...options], over),
    run(node, [vite], { cwd: join(root, 'web'), env: { XINEX_DEV_API: `http://${listen}` }, signal: over.signal }),
  ]
  const code = await Promise.race(both)
  over.abort()
  await Promise.all(both)
  return code
}

const tree = () => {
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 }).stdout ?? ''
  return createHash('sha256').update(git('status', '--porcelain')).update(git('diff', 'HEAD')).digest('hex')
}

async function verify() {
  const bun = await ready()
  const before = tree()
  await must(bun, ['scripts/generate.ts'])
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const steps = [
    ['format and lint', () => run(join(root, 'node_modules', '.bin', 'biome'), ['ci', '.'])],
    ['types', () => run(tsc, ['-p', '.'])],
    ['types (web)', () => run(tsc, ['-p', 'web'])],
    ['tests', () => test([])],
    ['build', () => build(bun, []).then(() => 0)],
    ['smoke', () => run(bun, ['test', '--timeout=180000', 'test/smoke'], smokeEnv)],
  ]
  for (const [name, step] of steps) {
    const started = Date.now()
    const code = await step()
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
    if (code !== 0) return code
  }
  if (tree() !== before) die('The steps above changed files of the repository: commit what they wrote.')
  return 0
}
const smokeEnv = { env: { XINEX_BINARY: join(root, BINARY) } }

const commands = { start, test, build: async (args) => build(await ready(), args), dev, verify }
const [name = '', ...rest] = process.argv.slice(2)
const command =
  commands[name] ?? die(`Usage: node scripts/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`)
if (Number(process.versions.node.split('.')[0]) < 20) die(`Node 20 or newer is needed; this is ${process.version}.`)
process.exit((await command(rest)) ?? 0)
