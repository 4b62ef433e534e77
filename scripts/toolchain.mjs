// Plain Node, no dependencies: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const windows = process.platform === 'win32'

/** Ends the program with a sentence instead of a stack. */
export function die(message) {
  console.error(`\n${message}`)
  process.exit(1)
}

/**
 * Runs a program in the foreground and answers its exit code (128 + n when signal n ended it).
 * A signal sent to us alone is passed on; Ctrl-C is not, because the terminal sends it to the child as well.
 */
export function run(command, args, { cwd = root, env = {}, limitMs = 0, signal } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env }, signal })
    const forward = (name) => {
      if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name)
    }
    // Otherwise the system's own default would end us before the child has closed its files.
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const name of signals) process.on(name, forward)
    // npm passes a SIGTERM to the shell between us, which dies without telling anyone: then we are an orphan.
    const parent = process.ppid
    const orphaned = process.env.npm_lifecycle_event
      ? setInterval(() => process.ppid !== parent && forward('SIGTERM'), 500)
      : undefined
    const limit = limitMs ? setTimeout(() => child.kill('SIGKILL'), limitMs) : undefined
    const finish = (code) => {
      clearTimeout(limit)
      clearInterval(orphaned)
      for (const name of signals) process.off(name, forward)
      done(code)
    }
    child.on('error', (error) => {
      if (error.name === 'AbortError') return
      console.error(`${command}: ${error.message}`)
      finish(127)
    })
    child.on('exit', (code, name) => finish(code ?? 128 + (constants.signals[name] ?? 0)))
  })
}

/** Like `run`, but a failing program ends this one with the same code. */
export async function must(command, args, options) {
  const code = await run(command, args, options)
  if (code !== 0) process.exit(code)
}

/** Where npm may have put the native program; with install scripts blocked only `@oven/*` holds it. */
function candidates(base) {
  const modules = join(base, 'node_modules')
  const oven = join(modules, '@oven')
  const native = existsSync(oven)
    ? readdirSync(oven).map((name) => join(oven, name, 'bin', windows ? 'bun.exe' : 'bun'))
    : []
  return [join(modules, 'bun', 'bin', 'bun.exe'), ...native, join(modules, '.bin', windows ? 'bun.cmd' : 'bun')]
}

function findBun(version) {
  for (const file of [...candidates(root), ...candidates(join(root, '.tools'))]) {
    if (!existsSync(file)) continue
    // Asked, not assumed: an npm stub or a binary for another libc is there as well, but does not run.
    const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' })
    if (stdout?.trim() === version) return file
  }
}

async function installBun(version) {
  console.log(`Installing Bun ${version} into .tools …`)
  mkdirSync(join(root, '.tools'), { recursive: true })
  // A package.json of its own, or npm would install beside the one of the project.
  const manifest = join(root, '.tools', 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n')
  const args = [
    'install',
    '--prefix',
    '.tools',
    '--no-audit',
    '--no-fund',
    '--no-save',
    '--no-package-lock',
    `bun@${version}`,
  ]
  // `npm start` says where npm itself is; a plain `node scripts/bootstrap.mjs` has to trust PATH.
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) await must(process.execPath, [npm, ...args])
  else await must(windows ? 'npm.cmd' : 'npm', args)
}

/** The pinned Bun: installed by npm when this machine has none. */
export async function ensureBun() {
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.bun
  let bun = findBun(version)
  if (!bun) {
    await installBun(version)
    bun =
      findBun(version) ?? die(`Bun ${version} was installed but does not run on ${process.platform}-${process.arch}.`)
  }
  process.env.PATH = [dirname(bun), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  return bun
}

/** Installs the dependencies when they are missing or bun.lock has changed since. */
export async function ensureDependencies(bun) {
  const stamp = join(root, 'node_modules', '.lock-hash')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'bun.lock')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing dependencies …')
  // bun.lock pins every Linux package; native parts of build tools for other systems are not in it, so those resolve freely.
  const mode = process.platform === 'linux' ? '--frozen-lockfile' : '--no-save'
  await must(bun, ['install', mode])
  writeFileSync(stamp, wanted)
}

/** The newest change in these files and folders, in ms; what builds and installs leave behind does not count. */
export function newest(paths) {
  let latest = 0
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) return
    if (!stat.isDirectory()) {
      latest = Math.max(latest, stat.mtimeMs)
      return
    }
    for (const name of readdirSync(path)) {
      if (!['node_modules', 'dist', 'generated'].includes(name)) visit(join(path, name))
    }
  }
  for (const path of paths) visit(resolve(root, path))
  return latest
}

/**
 * What a JUnit report counts. A file that does not load, or an error between tests, fails the run (`code`) without
 * failing any test: that is one failure too.
 */
export function totals(report, code) {
  const head = /<testsuites [^>]*>/.exec(report)?.[0] ?? ''
  const number = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const [tests, failed, skipped] = [number('tests'), number('failures') + number('errors'), number('skipped')]
  return { passed: tests - failed - skipped, failed: code !== 0 && failed === 0 ? 1 : failed, skipped }
}
