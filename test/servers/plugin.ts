import { existsSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = '/usr/lib/nagios/plugins'

/** Why this plugin of Debian's monitoring-plugins cannot be asked, or nothing. */
export function lacksPlugin(name: string): string | undefined {
  const path = join(FOLDER, name)
  if (!existsSync(path)) return `${name} is not installed`
  // A package that is only recommended may have the library it needs.
  if (Bun.spawnSync([path, '--version']).exitCode === 127) return `${name} lacks a library`
}

/** Runs a plugin once: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (https://www.monitoring-plugins.org/doc/guidelines.html). */
export async function runPlugin(name: string, args: string[]): Promise<{ code: number; text: string }> {
  const env = { PATH: `${process.env.PATH ?? ''}:/usr/bin:/bin`, LC_ALL: 'C' }
  const child = Bun.spawn([join(FOLDER, name), ...args], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, text: `${out}${err}`.trim() }
}
