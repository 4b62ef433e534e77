// What can be built, and where the native part of each target comes from.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dir, '..')

type Target = { bun: Bun.Build.CompileTarget; libsql: string; os: string; cpu: string }

export const targets: Record<string, Target> = {
  'linux-x64': { bun: 'bun-linux-x64', libsql: 'linux-x64-gnu', os: 'linux', cpu: 'x64' },
  'linux-arm64': { bun: 'bun-linux-arm64', libsql: 'linux-arm64-gnu', os: 'linux', cpu: 'arm64' },
  'linux-x64-musl': { bun: 'bun-linux-x64-musl', libsql: 'linux-x64-musl', os: 'linux', cpu: 'x64' },
  'linux-arm64-musl': { bun: 'bun-linux-arm64-musl', libsql: 'linux-arm64-musl', os: 'linux', cpu: 'arm64' },
  'darwin-x64': { bun: 'bun-darwin-x64', libsql: 'darwin-x64', os: 'darwin', cpu: 'x64' },
  'darwin-arm64': { bun: 'bun-darwin-arm64', libsql: 'darwin-arm64', os: 'darwin', cpu: 'arm64' },
}

/** The target of the machine that builds. */
export function hostTarget(): string {
  const musl =
    process.platform === 'linux' && existsSync(`/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`)
  const name = `${process.platform}-${process.arch}${musl ? '-musl' : ''}`
  if (!targets[name]) throw new Error(`${name} is none of the targets: ${Object.keys(targets).join(', ')}`)
  return name
}

/** The path of libSQL's native part; one of another platform is installed in a folder aside, pinned by bun.lock. */
export function nativePart({ libsql, os, cpu }: Target): string {
  const file = join('node_modules/@libsql', libsql, 'index.node')
  const installed = join(root, file)
  if (existsSync(installed)) return installed
  const aside = join(root, '.build/platform', `${os}-${cpu}`)
  if (!existsSync(join(aside, file))) {
    mkdirSync(aside, { recursive: true })
    for (const name of ['package.json', 'bun.lock']) copyFileSync(join(root, name), join(aside, name))
    const args = ['install', '--frozen-lockfile', '--production', '--ignore-scripts', `--os=${os}`, `--cpu=${cpu}`]
    const { exitCode } = Bun.spawnSync([process.execPath, ...args], {
      cwd: aside,
      stdout: 'inherit',
      stderr: 'inherit',
    })
    if (exitCode !== 0 || !existsSync(join(aside, file))) throw new Error(`@libsql/${libsql} could not be installed`)
  }
  return join(aside, file)
}
