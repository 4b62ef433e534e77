import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { child, freePort, locate, ownFolder } from './child'

export const sshd = locate('sshd')

const run = (...command: string[]) => {
  const { success, stdout, stderr } = Bun.spawnSync(command)
  if (!success) throw new Error(`${command[0]} failed: ${stderr}`)
  return stdout.toString()
}

/** A fresh key pair; its fingerprint is read by OpenSSH itself. */
function hostKey(folder: string, type: string, bits?: number) {
  const file = join(folder, `host_${type}_${bits ?? ''}`)
  run('ssh-keygen', '-q', '-t', type, ...(bits ? ['-b', String(bits)] : []), '-N', '', '-f', file)
  return { file, fingerprint: run('ssh-keygen', '-lf', `${file}.pub`).split(' ')[1] ?? '' }
}

/** Debian's sshd with host keys of its own on 127.0.0.1; `lines` go into its configuration. */
export async function startSshd(keys: [type: string, bits?: number][], lines: string[] = []) {
  const folder = ownFolder('sshd')
  const port = await freePort()
  const made = keys.map(([type, bits]) => hostKey(folder, type, bits))
  // As root it separates privileges in this folder and refuses to start without it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const config = [
    ...[
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'UsePAM no',
      'LogLevel VERBOSE',
    ],
    ...made.map(({ file }) => `HostKey ${file}`),
    ...lines,
  ]
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`)
  const args = ['-D', '-e', '-f', join(folder, 'sshd_config')]
  const started = await child(sshd ?? '', args, { folder, ready: (output) => output.includes('Server listening on ') })
  return { port, fingerprints: made.map(({ fingerprint }) => fingerprint), ...started }
}
