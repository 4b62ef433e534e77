import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'ldapts'
import { authority } from '../../test/certs'

const SLAPD = '/usr/sbin/slapd'
const SCHEMA = '/etc/ldap/schema'
/** Debian's own directory server; without it the tests say so. */
export const missing = existsSync(SLAPD) ? undefined : `${SLAPD} is not installed`
if (missing) {
  if (process.env.CI) throw new Error(missing)
  console.log(`tests with a directory server skipped: ${missing}`)
}

export const BASE = 'dc=example,dc=test'
export const SEARCHER = { bind_dn: `cn=xinex,${BASE}`, bind_password: 'search-secret' }

const person = (uid: string, cn: string, mail: string, password: string, more = '') => `
dn: uid=${uid},ou=people,${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${cn}
sn: ${cn}
mail: ${mail}
userPassword: ${password}
${more}`

const LDIF = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ou=people,${BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,${BASE}
objectClass: organizationalUnit
ou: groups

dn: ou=elsewhere,${BASE}
objectClass: organizationalUnit
ou: elsewhere

dn: ${SEARCHER.bind_dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: xinex
userPassword: ${SEARCHER.bind_password}
${person('ada', 'Ada Lovelace', 'ada@example.test', 'ada-secret')}
${person('bob', 'Bob', 'bob@example.test', 'bob-secret', 'objectClass: withGuid\nobjectGUID:: AAECAwQFBgcICQoLDA3+/w==\n')}
${person('root', 'Root', 'root@example.test', 'root-secret')}
${person('twin1', 'Twin', 'twin@example.test', 'twin-secret')}
${person('twin2', 'Twin', 'twin@example.test', 'twin-secret')}
${person('a*b', 'Star', 'star@example.test', 'star-secret')}
${person('x\\2Cy', 'Comma', 'comma@example.test', 'comma-secret').replace('uid: x\\2Cy', 'uid: x,y')}
`

const conf = (folder: string) => `include ${SCHEMA}/core.schema
include ${SCHEMA}/cosine.schema
include ${SCHEMA}/inetorgperson.schema
# As in Active Directory: 16 bytes.
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9999 NAME 'withGuid' SUP top AUXILIARY MAY objectGUID )
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCACertificateFile ${folder}/ca.pem
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
# The worst that servers do: a name without a password is welcome, as nobody.
allow bind_anon_dn
database mdb
suffix "${BASE}"
rootdn "cn=admin,${BASE}"
rootpw admin-secret
directory ${folder}/db
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${SEARCHER.bind_dn}" read by self read by anonymous search by * none
`

async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port = 0 } = server
  await server.stop(true)
  return port
}

/** The server says that it starts a moment before it listens; a refused dial is answered at once, so it is repeated. */
async function listening(port: number, ended: () => boolean) {
  const dial = () =>
    new Promise<boolean>((done) => {
      // A port that nobody listens at yet may be the one that this end was given: then it has met itself.
      const socket = connect(port, '127.0.0.1', () => done(socket.localPort !== port)).once('error', () => done(false))
      socket.once('connect', () => socket.destroy())
    })
  while (!ended()) if (await dial()) return
  throw new Error('slapd ended')
}

async function addGroups(url: string) {
  const client = new Client({ url })
  await client.bind(`cn=admin,${BASE}`, 'admin-secret')
  for (const [group, ...members] of [
    ['cn=ops,ou=groups', 'ada', 'bob'],
    ['cn=Dev\\, all,ou=groups', 'ada'],
    ['cn=root,ou=elsewhere', 'ada'],
  ])
    await client.add(`${group},${BASE}`, {
      objectClass: 'groupOfNames',
      member: members.map((uid) => `uid=${uid},ou=people,${BASE}`),
    })
  await client.unbind()
}

/** OpenLDAP with a few people, over ldap:// (with and without STARTTLS) and ldaps://. */
export async function openSlapd() {
  const folder = mkdtempSync(join(tmpdir(), 'xinex-slapd-'))
  mkdirSync(join(folder, 'db'))
  const ca = authority('Directory Authority')
  const { cert, key } = ca.issue({ name: 'localhost', names: ['localhost', '127.0.0.1'] })
  for (const [name, text] of Object.entries({
    'ca.pem': ca.cert,
    'cert.pem': cert,
    'key.pem': key,
    'people.ldif': LDIF,
    'slapd.conf': conf(folder),
  }))
    writeFileSync(join(folder, name), text)
  const config = join(folder, 'slapd.conf')
  const added = Bun.spawnSync([SLAPD, '-T', 'add', '-f', config, '-l', join(folder, 'people.ldif')])
  if (added.exitCode !== 0) throw new Error(`slapadd: ${added.stderr}`)

  const [plain, secure] = [await freePort(), await freePort()]
  const listen = ['127.0.0.1', '127.0.0.2'].map((at) => `ldap://${at}:${plain} ldaps://${at}:${secure}`).join(' ')
  const child = spawn(SLAPD, ['-h', listen, '-f', config, '-d', 'stats'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  await listening(plain, () => child.exitCode !== null)
  const url = `ldap://127.0.0.1:${plain}`
  await addGroups(url)
  return {
    url,
    ldaps: `ldaps://127.0.0.1:${secure}`,
    named: (address: string) => address.replace('127.0.0.1', 'localhost'),
    /** The same server at an address that its certificate does not name. */
    unnamed: (address: string) => address.replace('127.0.0.1', '127.0.0.2'),
    ca: ca.cert,
    /** What the server saw since the last time. */
    log() {
      const seen = log
      log = ''
      return seen
    },
    async stop() {
      const gone = new Promise((done) => child.once('exit', done))
      child.kill()
      await gone
      rmSync(folder, { recursive: true })
    },
  }
}
