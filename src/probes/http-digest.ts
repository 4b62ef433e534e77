import { createHash, randomBytes } from 'node:crypto'
import type { HttpAnswer } from '#probes/http-reader'

type Algorithm = 'MD5' | 'SHA-256'
type Challenge = {
  realm: string
  nonce: string
  opaque: string | undefined
  algorithm: Algorithm
  session: boolean
  /** The server knows `qop=auth`; without it the old form of RFC 2069 is used. */
  qop: boolean
}

const HASHES = { MD5: 'md5', 'SHA-256': 'sha256' } as const
/** The better one first. */
const ORDER: Algorithm[] = ['SHA-256', 'MD5']

const unquoted = (text: string) => text.replace(/\\(.)/g, '$1')

/** The first of each name counts: what follows may belong to the challenge of another scheme in the same line. */
function parametersOf(challenge: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const it of challenge.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    const name = (it[1] ?? '').toLowerCase()
    if (!found.has(name)) found.set(name, it[3] ?? unquoted(it[2] ?? ''))
  }
  return found
}

/** The best challenge we can answer (RFC 7616 section 3.7); undefined when there is none. */
export function challengeIn(answer: Pick<HttpAnswer, 'headers'>): Challenge | undefined {
  const all = answer.headers
    .filter(([name]) => name === 'www-authenticate')
    .flatMap(([, value]) => value.split(/(?:^|,)\s*(?=digest\s)/i))
    .filter((it) => /^digest\s/i.test(it))
    .slice(0, 10)
    .flatMap((it): Challenge[] => {
      const given = parametersOf(it.slice(6))
      const [name = 'MD5', session] = (given.get('algorithm') ?? 'MD5').toUpperCase().split('-SESS', 2)
      const algorithm = ORDER.find((known) => known === name)
      const [realm, nonce, qop] = [given.get('realm'), given.get('nonce'), given.get('qop')]
      const auth = qop?.split(/[\s,]+/).includes('auth')
      if (!algorithm || realm === undefined || !nonce || auth === false) return []
      return [{ realm, nonce, opaque: given.get('opaque'), algorithm, session: session !== undefined, qop: !!auth }]
    })
  return ORDER.flatMap((algorithm) => all.filter((it) => it.algorithm === algorithm))[0]
}

const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`

type Asked = { method: string; uri: string; username: string; password: string; cnonce?: string; count?: number }

/** The Authorization header that answers a challenge (RFC 7616 section 3.4). */
export function digestHeader(challenge: Challenge, asked: Asked): string {
  const { realm, nonce, opaque, algorithm, session, qop } = challenge
  const { method, uri, username, password, count = 1, cnonce = randomBytes(16).toString('base64url') } = asked
  const hash = (text: string) => createHash(HASHES[algorithm]).update(text).digest('hex')
  const nc = count.toString(16).padStart(8, '0')
  const secret = hash(`${username}:${realm}:${password}`)
  const a1 = session ? hash(`${secret}:${nonce}:${cnonce}`) : secret
  const a2 = hash(`${method}:${uri}`)
  const response = hash(qop ? `${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`)
  const parts = [
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `algorithm=${algorithm}${session ? '-sess' : ''}`,
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop ? ['qop=auth', `nc=${nc}`] : []),
    ...(qop || session ? [`cnonce="${cnonce}"`] : []),
  ]
  return `Digest ${parts.join(', ')}`
}

/** A challenge may be answered again, counted, until the server gives out a new one. */
export class Digest {
  #challenge: Challenge | undefined
  #count = 0

  /** Takes the challenge of a 401; false when there is none that we can answer. */
  learn(answer: HttpAnswer): boolean {
    this.#challenge = challengeIn(answer)
    this.#count = 0
    return this.#challenge !== undefined
  }

  header(asked: Asked): string | undefined {
    return this.#challenge && digestHeader(this.#challenge, { ...asked, count: ++this.#count })
  }
}
