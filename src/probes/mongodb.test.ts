import { afterAll, describe, expect, test } from 'bun:test'
import { BSON, type Document } from 'bson'
import { BsonError, decodeBson, encodeBson } from '#probes/bson'
import type { Verdict } from '#probes/define'
import { mongodb } from '#probes/mongodb'
import { Scram } from '#probes/scram'
import { authority } from '../../test/certs'
import { check, closedPort, descriptors, listening } from '../../test/probing'
import { mongodbServer, reply } from '../../test/servers/mongodb'

const said = ({ status, reason, message }: Verdict) => [status, reason, message]
const PASSWORD = 'mo: a böse=pass, word'
const user = { name: 'wat=ch,er', password: PASSWORD }
const probe = (port: number, settings: Record<string, unknown> = {}, timeout_ms = 5_000) =>
  check(mongodb, { settings: { host: '127.0.0.1', port, ...settings }, timeout_ms })

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})
const serving = async (options: Parameters<typeof mongodbServer>[0] = {}) => {
  const { port, close } = await mongodbServer(options)
  closers.push(close)
  return port
}

describe('mongodb', () => {
  test('a server that answers is up, with its version, its role and where the time went', async () => {
    const port = await serving({ hello: { setName: 'rs0' } })
    const verdict = await probe(port)
    expect(said(verdict)).toEqual(['up', undefined, `127.0.0.1:${port} answers`])
    expect(verdict.evidence).toEqual({
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      role: 'primary',
      replica_set: 'rs0',
      server_version: '7.0.14',
    })
    expect(Object.keys(verdict.phases ?? {}).sort()).toEqual(['connect_ms', 'first_byte_ms'])
  })

  test('the role can be demanded', async () => {
    const port = await serving({ hello: { isWritablePrimary: false, secondary: true, setName: 'rs0' } })
    expect((await probe(port)).status).toBe('up')
    expect((await probe(port, { expect_role: 'secondary' })).status).toBe('up')
    expect(said(await probe(port, { expect_role: 'primary' }))).toEqual([
      'down',
      'assertion',
      'the server is a secondary, expected a primary',
    ])
    const arbiter = await serving({ hello: { isWritablePrimary: false, secondary: false, arbiterOnly: true } })
    expect((await probe(arbiter)).evidence?.role).toBe('arbiter')
  })

  test('a member that is not ready is degraded, and down where a role is expected', async () => {
    const port = await serving({ hello: { isWritablePrimary: false, secondary: false, isreplicaset: true } })
    expect(said(await probe(port)).slice(0, 2)).toEqual(['degraded', 'status'])
    expect((await probe(port, { expect_role: 'primary' })).message).toStartWith('the server is neither')
  })

  test('a user is let in by SCRAM-SHA-256, in the right database and with the right password only', async () => {
    const port = await serving({ user: { ...user, source: 'shop' } })
    const right = { username: user.name, password: PASSWORD, auth_source: 'shop' }
    const verdict = await probe(port, right)
    expect(said(verdict)).toEqual(['up', undefined, expect.any(String)])
    expect(verdict.evidence?.sign_in_ms).toBeGreaterThan(0)
    const wrong = ['down', 'status', 'wrong user name or password for “wat=ch,er”']
    expect(said(await probe(port, { ...right, password: 'x' }))).toEqual(wrong)
    expect(said(await probe(port, { ...right, auth_source: 'admin' }))).toEqual(wrong)
  })

  test('servers of old know hello by another name; some ask for a user first; words of theirs hide the password', async () => {
    const old = await serving({
      instead: ({ hello, isMaster }) =>
        hello ? { ok: 0, code: 59, errmsg: 'no such command' } : isMaster ? { ok: 1, ismaster: true } : undefined,
    })
    expect((await probe(old, { expect_role: 'primary' })).status).toBe('up')
    const strict = await serving({ instead: () => ({ ok: 0, code: 13, errmsg: 'requires authentication' }) })
    expect((await probe(strict)).message).toBe('the server asks for a user: requires authentication')
    const echo = await serving({ instead: () => ({ ok: 0, code: 1, errmsg: `bad ${PASSWORD}` }) })
    expect((await probe(echo, { username: 'x', password: PASSWORD })).message).toBe('the server refuses: bad ***')
  })

  test('a server that cannot prove that it knows the password is not believed', async () => {
    const forged = new BSON.Binary(Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`))
    const port = await serving({
      user,
      instead: ({ saslContinue }) => (saslContinue ? { ok: 1, done: true, payload: forged } : undefined),
    })
    expect(said(await probe(port, { username: user.name, password: PASSWORD }))).toEqual([
      'down',
      'protocol',
      'the server could not prove that it knows the password',
    ])
  })

  test('TLS and its certificate', async () => {
    const ca = authority()
    const port = await serving({ tls: ca.issue({ name: 'mongo.test', names: ['127.0.0.1'] }) })
    const any = await probe(port, { tls: 'require' })
    expect([any.status, any.evidence?.certificates?.[0]?.subject]).toEqual(['up', 'mongo.test'])
    expect((await probe(port, { tls: 'verify', ca: ca.cert })).status).toBe('up')
    expect((await probe(port, { tls: 'verify' })).reason).toBe('certificate')
  })

  test('many checks at once leave nothing behind', async () => {
    const port = await serving({ user })
    const settings = { username: user.name, password: PASSWORD }
    const round = () => Promise.all(Array.from({ length: 20 }, () => probe(port, settings)))
    await round()
    const before = descriptors()
    for (let times = 0; times < 3; times++) expect((await round()).every((it) => it.status === 'up')).toBe(true)
    // Both ends live in this process; the server's end follows ours a moment later.
    while (descriptors() > before + 2) await new Promise(setImmediate)
  })
})

describe('what is no MongoDB', () => {
  test('nothing there, nothing said, something else, and something without an end', async () => {
    expect((await probe(await closedPort())).reason).toBe('refused')
    const mute = await listening(() => {})
    const silent = await probe(mute.port, {}, 200)
    expect([...said(silent), silent.evidence?.step]).toEqual(['down', 'timeout', 'no answer within 0.2 s', 'hello'])
    mute.close()
    const huge = Buffer.alloc(64)
    huge.writeInt32LE(0x7fffffff)
    const broken = reply(1, { ok: 1, deep: { er: 'x' } })
    broken[22] = 0x7f
    for (const words of ['HTTP/1.1 400 Bad Request\r\n\r\n', huge, reply(9, { ok: 1 }), broken]) {
      const other = await listening((socket) => socket.once('data', () => socket.end(words)))
      expect(said(await probe(other.port))).toEqual([
        'down',
        'protocol',
        'the server does not speak the MongoDB protocol',
      ])
      other.close()
    }
    const endless = await listening((socket) => {
      const pour = () => {
        while (socket.writable && socket.write(Buffer.alloc(65_536, 1)));
        socket.once('drain', pour)
      }
      pour()
    })
    expect((await probe(endless.port)).reason).toBe('protocol')
    endless.close()
    const gone = await listening((socket) => socket.once('data', () => socket.end()))
    expect((await probe(gone.port)).reason).toBe('reset')
    gone.close()
  })

  test('a user and a password come together', () => {
    const problems = (settings: Record<string, unknown>) =>
      Object.keys(mongodb.check?.({ url: '', settings: { host: 'x', port: 1, ...settings } }) ?? {})
    expect(problems({ username: 'x' })).toEqual(['settings.password'])
    expect(problems({ password: 'x' })).toEqual(['settings.username'])
    expect(problems({ username: 'x', password: 'y' })).toEqual([])
  })
})

describe('bson', () => {
  const everything: Document = {
    ...{ double: 1.5, text: 'grüße', nested: { list: [1, 'two', null] }, bytes: new BSON.Binary(Buffer.from('abc')) },
    ...{ id: new BSON.ObjectId(), yes: true, no: false, when: new Date(0), nothing: null, pattern: /a/i },
    ...{ code: new BSON.Code('x'), scoped: new BSON.Code('x', { y: 1 }), symbol: new BSON.BSONSymbol('s') },
    ...{ int: -5, stamp: new BSON.Timestamp({ t: 1, i: 2 }), long: BSON.Long.fromNumber(2 ** 40) },
    ...{ decimal: BSON.Decimal128.fromString('1.1'), least: new BSON.MinKey(), most: new BSON.MaxKey() },
    constructor: 'harmless',
  }

  test('what the library of MongoDB writes is read here, and the other way round', () => {
    const read = decodeBson(Buffer.from(BSON.serialize(everything)))
    expect([...read.keys()]).toEqual(Object.keys(everything))
    expect([read.get('double'), read.get('text'), read.get('int'), read.get('long')]).toEqual([
      1.5,
      'grüße',
      -5,
      2 ** 40,
    ])
    expect([read.get('yes'), read.get('no'), read.get('nothing'), read.get('symbol')]).toEqual([true, false, null, 's'])
    expect(read.get('nested')).toEqual(new Map([['list', [1, 'two', null]]]))
    expect(Buffer.from(read.get('bytes') as Uint8Array).toString()).toBe('abc')
    const fields = { hello: 1, name: 'grüße', yes: true, bytes: Buffer.from('abc'), options: { deep: { er: -1 } } }
    const back = BSON.deserialize(encodeBson(fields), { promoteBuffers: true })
    expect(back).toEqual(fields)
  })

  test('no damage to a document does worse than being told', () => {
    const whole = Buffer.from(BSON.serialize(everything))
    const outcome = (bytes: Buffer) => {
      try {
        return decodeBson(bytes) instanceof Map
      } catch (error) {
        return error instanceof BsonError
      }
    }
    for (let at = 0; at < whole.length; at++) {
      expect(outcome(whole.subarray(0, at))).toBe(true)
      for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
        const bent = Buffer.from(whole)
        bent[at] = byte
        expect(outcome(bent)).toBe(true)
      }
    }
    let deep: Document = {}
    for (let level = 0; level < 100; level++) deep = { deep }
    expect(() => decodeBson(Buffer.from(BSON.serialize(deep)))).toThrow(BsonError)
  })
})

test('SCRAM-SHA-256 agrees with the example of RFC 7677', async () => {
  const scram = new Scram('user', 'pencil', {}, 'rOprNGfwEbeRWgbNEkqO')
  expect(scram.first).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  const challenge = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'
  expect(await scram.final(challenge)).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  expect(() => scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).not.toThrow()
  expect(() => scram.verify('v=AAAA')).toThrow('could not prove')
})
