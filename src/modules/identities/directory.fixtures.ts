import { createServer, type Socket } from 'node:net'

/** Somebody in the directory: their entry is `uid=<uid>,dc=corp`. */
export type Entry = { uid: string; password: string; id: string; mail?: string; cn?: string; groups?: string[] }

// As much of RFC 4511 as signing in takes: bind (0x60), search (0x63) and their answers, in BER.
const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  const length =
    body.length < 128 ? Buffer.from([body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 255])
  return Buffer.concat([Buffer.from([tag]), length, body])
}
const text = (value: string, tag = 0x04) => tlv(tag, Buffer.from(value))
const result = (tag: number, code: number) => tlv(tag, tlv(0x0a, Buffer.from([code])), text(''), text(''))
const INVALID_CREDENTIALS = 49

function read(bytes: Buffer, at = 0): { tag: number; body: Buffer; end: number } | undefined {
  const [tag = 0, first] = bytes.subarray(at)
  if (first === undefined) return undefined
  const more = first < 128 ? 0 : first & 127
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
  const end = at + 2 + more + length
  return bytes.length < end ? undefined : { tag, body: bytes.subarray(at + 2 + more, end), end }
}
function inside(bytes: Buffer) {
  const parts = []
  for (let part = read(bytes); part; part = read(bytes, part.end)) parts.push(part)
  return parts
}

/** A directory on a port of its own; who may search is anybody. */
export async function openDirectory(entries: Entry[]) {
  const dnOf = ({ uid }: Entry) => `uid=${uid},dc=corp`
  const shown = (one: Entry) => {
    const values = {
      entryUUID: [one.id],
      mail: one.mail ? [one.mail] : [],
      cn: one.cn ? [one.cn] : [],
      memberOf: one.groups ?? [],
    }
    const attributes = Object.entries(values).filter(([, list]) => list.length > 0)
    const listed = attributes.map(([name, list]) =>
      tlv(0x30, text(name), tlv(0x31, ...list.map((value) => text(value)))),
    )
    return tlv(0x64, text(dnOf(one)), tlv(0x30, ...listed))
  }
  function answersTo(tag: number, body: Buffer): Buffer[] {
    if (tag === 0x60) {
      const [, name, password] = inside(body).map((part) => part.body.toString())
      const known = name === '' || entries.some((one) => dnOf(one) === name && one.password === password)
      return [result(0x61, known ? 0 : INVALID_CREDENTIALS)]
    }
    if (tag !== 0x63) return []
    // The name is the only text in the filter that can be one of these.
    return [
      ...entries.filter(({ uid }) => body.includes(`\x04${String.fromCharCode(uid.length)}${uid}`)).map(shown),
      result(0x65, 0),
    ]
  }

  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    let waiting = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk])
      for (let message = read(waiting); message; message = read(waiting)) {
        waiting = waiting.subarray(message.end)
        const [id, operation] = inside(message.body)
        if (!id || !operation) return
        for (const answer of answersTo(operation.tag, operation.body))
          socket.write(tlv(0x30, tlv(0x02, id.body), answer))
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The directory has no port')
  return {
    settings: { url: `ldap://127.0.0.1:${address.port}`, starttls: false, base_dn: 'dc=corp' },
    stop() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
