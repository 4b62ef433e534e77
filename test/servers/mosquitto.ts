import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { folderFor, freePorts, programAt, running } from './program'

const broker = programAt('mosquitto')
const passwords = programAt('mosquitto_passwd')
const publisher = programAt('mosquitto_pub')

/** Why there is no broker to test against. */
export const lacksMosquitto =
  broker && passwords && publisher ? undefined : 'mosquitto or mosquitto-clients is not installed'

export const USER = { username: 'ann', password: 'br0ker-Passw0rd' }

/**
 * Debian's mosquitto with an open listener, one that wants a password and guards its topics, one with TLS, and one with
 * TLS that wants a client certificate.
 */
export async function startMosquitto(pair: Pair, ca: string) {
  const folder = folderFor('mosquitto')
  const [open = 0, closed = 0, tls = 0, strict = 0] = await freePorts(4)
  const file = (name: string, content: string) => {
    const path = join(folder, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const at = (port: number, ...lines: string[]) => [`listener ${port} 127.0.0.1`, ...lines]
  const passwordFile = file('passwords', `${USER.username}:${USER.password}\n`)
  if (Bun.spawnSync([passwords ?? '', '-U', passwordFile]).exitCode !== 0) throw new Error('mosquitto_passwd failed')
  const [certfile, keyfile, cafile] = [file('cert.pem', pair.cert), file('key.pem', pair.key), file('ca.pem', ca)]
  const secure = [`certfile ${certfile}`, `keyfile ${keyfile}`]
  const rules = file('acl', `user ${USER.username}\ntopic readwrite shop/#\ntopic read $SYS/#\ntopic read deaf\n`)
  const root = process.getuid?.() === 0
  const config = [
    ...(root ? ['user root'] : []),
    'per_listener_settings true',
    ...at(open, 'allow_anonymous true', 'max_packet_size 200000'),
    ...at(closed, 'allow_anonymous false', `password_file ${passwordFile}`, `acl_file ${rules}`),
    ...at(tls, 'allow_anonymous true', ...secure),
    ...at(strict, 'allow_anonymous true', ...secure, `cafile ${cafile}`, 'require_certificate true'),
  ]
  const { stop } = await running([broker ?? '', '-c', file('broker.conf', `${config.join('\n')}\n`)], folder, strict)
  /** Publishes with mosquitto's own client. */
  const publish = (topic: string, message: string, ...more: string[]) => {
    const argv = [publisher ?? '', '-h', '127.0.0.1', '-p', String(open), '-t', topic, '-s', ...more]
    const done = Bun.spawnSync(argv, { stdin: Buffer.from(message) })
    if (done.exitCode !== 0) throw new Error(`mosquitto_pub failed: ${done.stderr}`)
  }
  return { open, closed, tls, strict, publish, stop }
}
