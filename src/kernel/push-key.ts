import { generateKeyPairSync } from 'node:crypto'
import { readFact, writeFact } from '#kernel/appliance'
import type { App } from '#kernel/context'

/** By which push services know this appliance (VAPID, RFC 8292); base64url: the uncompressed point, and the number behind it. */
export type PushKeys = { public_key: string; private_key: string }

const FACT = 'push_key'
const CONTEXT = 'appliance:push_key'

function newKeys(): PushKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' })
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return { public_key: point.toString('base64url'), private_key: d }
}

type Stored = { public_key: string; sealed: string }
const known = new WeakMap<App['db'], PushKeys>()

/**
 * The pair of this appliance, made when it is first asked for. A browser that was registered knows only this one, so it is
 * never renewed by itself; only where the key that seals it is another one now is it worth nothing and made anew.
 */
export async function pushKeys({ db, vault, log }: Pick<App, 'db' | 'vault' | 'log'>): Promise<PushKeys> {
  const held = known.get(db)
  if (held) return held
  const open = (text: string | undefined): PushKeys | undefined => {
    if (text === undefined) return undefined
    // Safe: only the lines below write this fact.
    const { public_key, sealed } = JSON.parse(text) as Stored
    try {
      return { public_key, private_key: vault.open(sealed, CONTEXT) }
    } catch {
      log.warn(
        'The key for browser notifications cannot be opened and is made anew: browsers have to be registered again',
      )
      return undefined
    }
  }
  const keys =
    open(await readFact(db.read, FACT)) ??
    (await db.tx(async (tx) => {
      const there = open(await readFact(tx, FACT))
      if (there) return there
      const made = newKeys()
      const stored: Stored = { public_key: made.public_key, sealed: vault.seal(made.private_key, CONTEXT) }
      await writeFact(tx, FACT, JSON.stringify(stored))
      return made
    }))
  known.set(db, keys)
  return keys
}
