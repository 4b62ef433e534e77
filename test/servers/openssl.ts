import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certs'
import { folderFor, freePorts, programAt, running } from './program'

export const opensslProgram = programAt('openssl')

/** OpenSSL's own server of web pages, which still speaks the versions of TLS that others have given up. */
export async function startOpenssl(pair: Pair, version: 'tls1' | 'tls1_1' | 'tls1_2' | 'tls1_3') {
  const folder = folderFor('openssl')
  const [port = 0] = await freePorts(1)
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(cert, pair.cert)
  writeFileSync(key, pair.key)
  // Security level 0: the others refuse what these versions sign with.
  const old = version === 'tls1' || version === 'tls1_1' ? ['-cipher', 'ALL:@SECLEVEL=0'] : []
  const argv = ['s_server', '-accept', `127.0.0.1:${port}`, '-www', `-${version}`, '-cert', cert, '-key', key, ...old]
  return { port, ...(await running([opensslProgram ?? '', ...argv], folder, port)) }
}
