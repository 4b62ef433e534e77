import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { type Daemon, daemon, freePort, owned, ownFolder } from './database'

export const redisProgram = Bun.which('redis-server') ?? undefined

/** A redis-server of its own on a free port of 127.0.0.1, without a file; with `tls` the port speaks nothing else. */
export async function redisServer(options: Record<string, string> = {}, tls?: Pair): Promise<Daemon> {
  if (!redisProgram) throw new Error('redis-server is not installed')
  const folder = ownFolder('redis')
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    owned(join(folder, name), 0o600)
    return join(folder, name)
  }
  const port = await freePort()
  const listens: Record<string, string> = tls
    ? {
        port: '0',
        'tls-port': String(port),
        'tls-cert-file': write('server.crt', tls.cert),
        'tls-key-file': write('server.key', tls.key),
        'tls-auth-clients': 'no',
      }
    : { port: String(port) }
  const all = { bind: '127.0.0.1', save: '""', dir: folder, ...listens, ...options }
  const file = write(
    'redis.conf',
    `${Object.entries(all)
      .map((pair) => pair.join(' '))
      .join('\n')}\n`,
  )
  return daemon([redisProgram, file], /Ready to accept connections/, { port, folder })
}
