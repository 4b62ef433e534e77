import { spawn } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Installed } from './appliance'

const NOBODY = 65_534

/** The same program as a prober of that appliance; `env` is what it finds where it stands. */
export function probeFrom({ folder, base }: Installed, token: string, env: Record<string, string> = {}) {
  const data = join(folder, 'prober-data')
  mkdirSync(data, { recursive: true })
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(data, NOBODY, NOBODY)
  const child = spawn(join(folder, 'xinex'), ['prober', '--server', base, '--data', data], {
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, XINEX_PROBER_TOKEN: token, ...env },
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  })
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  return {
    stop() {
      child.kill('SIGTERM')
      return gone
    },
  }
}
