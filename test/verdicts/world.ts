import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { HealthImplementation } from 'grpc-health-check'
import { authority, type Pair, selfSigned } from '../certs'
import { blackHole, bound, closedPort } from '../probing'
import { startChronyd } from '../servers/chronyd'
import { startNamed } from '../servers/dns'
import { startExim } from '../servers/exim'
import { mariadbServer } from '../servers/mariadb'
import { startNginx } from '../servers/nginx'
import { startOpenssl } from '../servers/openssl'
import { postgresServer } from '../servers/postgres'
import { redisServer } from '../servers/redis'
import { startSshd } from '../servers/sshd'
import { PASSWORD } from './secret'
import { datagrams, talkers } from './talk'
import { oddities, site } from './web'

const DAY_MS = 86_400_000

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)

/** The authority that everybody trusts, and certificates that are good or bad in one way each. */
function certificates() {
  const ca = authority()
  const name = '127.0.0.1'
  const names = ['127.0.0.1', 'localhost']
  const old = inDays(-90)
  return {
    ca,
    good: ca.issue({ name, names }),
    expired: ca.issue({ name, names, from: old, to: inDays(-2) }),
    early: ca.issue({ name, names, from: inDays(2) }),
    week: ca.issue({ name, names, to: inDays(7.5) }),
    tomorrow: ca.issue({ name, names, to: inDays(1.5) }),
    other: ca.issue({ name: 'other.test', names: ['other.test'] }),
    own: selfSigned({ name, names }),
    foreign: authority('Foreign Authority').issue({ name, names }),
  }
}

/** One secured site for each certificate. */
function securedSites(certs: Omit<ReturnType<typeof certificates>, 'ca'>) {
  const made = Object.entries(certs).map(([name, pair]) => [name, site({ pair })])
  // Safe: the names are those of the certificates.
  return Object.fromEntries(made) as Record<keyof typeof certs, ReturnType<typeof site>>
}

/** A site that speaks HTTP/2 and nothing else. */
async function twoOnly(pair: Pair) {
  const server = createSecureServer({ ...pair, allowHTTP1: false })
  server
    .on('sessionError', () => {})
    .on('stream', (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200 })
      stream.end('all is ok')
    })
  // Safe: an Http2SecureServer is a net.Server; its types say so only in part.
  const { port } = await bound(server as unknown as Server)
  return { port, url: `https://127.0.0.1:${port}`, stop: () => void server.close() }
}

async function health() {
  const server = new GrpcServer()
  new HealthImplementation({ '': 'SERVING', orders: 'SERVING', bills: 'NOT_SERVING' }).addToServer(server)
  const empty = new GrpcServer()
  const bind = (it: GrpcServer) =>
    new Promise<number>((resolve, reject) =>
      it.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    )
  const [port, without] = await Promise.all([bind(server), bind(empty)])
  return { port, without, stop: () => [server, empty].forEach((it) => void it.forceShutdown()) }
}

/** Every target of the comparison, each started here and stopped by `stop`. */
export async function startWorld() {
  const { ca, ...certs } = certificates()
  const folder = mkdtempSync(join(tmpdir(), 'xinex-verdicts-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, ca.cert)
  const sql = [`create user monitor@'127.0.0.1' identified by '${PASSWORD}'`, 'create database shop']
  const [postgres, mariadb, nginx, exim, eximBad, sshd, chronyd, chronydLost, named, redis, locked] = await Promise.all(
    [
      postgresServer({ password: PASSWORD }),
      mariadbServer({ sql }),
      startNginx(certs.good, ca.cert),
      startExim(certs.good),
      startExim(certs.expired),
      startSshd([['ed25519']]),
      startChronyd(['local stratum 3']),
      startChronyd([]),
      startNamed(),
      redisServer(),
      redisServer({ requirepass: PASSWORD.replaceAll(' ', '-') }),
    ],
  )
  const [tls10, tls11, tls13, two, grpc, odd, talk, hole] = await Promise.all([
    startOpenssl(certs.good, 'tls1'),
    startOpenssl(certs.good, 'tls1_1'),
    startOpenssl(certs.good, 'tls1_3'),
    twoOnly(certs.good),
    health(),
    oddities(),
    talkers(),
    blackHole(),
  ])
  const secured = securedSites(certs)
  const web = site({ moved: `${secured.good.url}/` })
  const six = site({ hostname: '::1' })
  const [echo, deaf, noise] = await Promise.all([
    datagrams((question) => `you said ${question}`),
    datagrams(),
    datagrams(() => 'noise'),
  ])
  const daemons = { postgres, nginx, exim, eximBad, sshd, chronyd, chronydLost, named, redis, locked }
  const stop = async () => {
    for (const it of [...Object.values(odd), ...Object.values(talk), hole, echo, deaf, noise]) it.close()
    for (const it of [web, six, two, grpc, ...Object.values(secured)]) it.stop()
    await Promise.all([...Object.values(daemons), tls10, tls11, tls13].map((it) => it.stop()))
    // MariaDB does not listen to SIGINT.
    await mariadb.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  const closed = await closedPort()
  const servers = { tls10, tls11, tls13, two, grpc, odd, talk, hole, secured, web, six, echo, deaf, noise }
  return { ca: ca.cert, caFile, closed, mariadb, ...daemons, ...servers, stop }
}

export type World = Awaited<ReturnType<typeof startWorld>>
