import type { App } from '#kernel/context'
import { sameText, type Vault } from '#kernel/secrets'

const uuid = (hex: string) =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')

/** What the addresses of a workspace's badges begin with; nothing else of the workspace can be found out from it. */
export const badgeKey = (vault: Vault, tenant_id: string) => uuid(vault.sign('badge:workspace', tenant_id))

/** Eight characters that only this appliance can make for a label; followed by `-2`, the badge knows two states. */
export const signatureOf = (vault: Vault, tenant_id: string, tag: string) =>
  Buffer.from(vault.sign('badge:tag', `${tenant_id}:${tag}`), 'hex')
    .toString('base64url')
    .slice(0, 8)

/** How many states the badge tells, or nothing when the signature is wrong. */
export function statesOf(vault: Vault, tenant_id: string, tag: string, given: string): 2 | 3 | undefined {
  const [, signature = '', two] = /^(.{8})(-2)?$/.exec(given) ?? []
  if (!sameText(signature, signatureOf(vault, tenant_id, tag))) return undefined
  return two ? 2 : 3
}

const FORM = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})$/
const proofOf = (vault: Vault, number: number) => vault.sign('badge:heartbeat', String(number)).slice(0, 18)
/** The number, hidden by what it is proven with: the same both ways. */
const hidden = (vault: Vault, proof: string, number: bigint) =>
  number ^ BigInt(`0x${vault.sign('badge:hidden', proof).slice(0, 12)}`)

/** A key for the badge of one heartbeat, in the form of a UUID: it holds which one, sealed, and 72 bits of proof. */
export function checkBadge(vault: Vault, number: number): string {
  const proof = proofOf(vault, number)
  const sealed = hidden(vault, proof, BigInt(number)).toString(16).padStart(12, '0')
  return `${proof.slice(0, 8)}-${proof.slice(8, 12)}-4${proof.slice(12, 15)}-8${proof.slice(15)}-${sealed}`
}
/** The heartbeat a badge is of; nothing when this appliance did not make the key. */
export function numberOf(vault: Vault, key: string): number | undefined {
  const [, a, b, c, d, sealed] = FORM.exec(key) ?? []
  if (sealed === undefined) return undefined
  const proof = `${a}${b}${c}${d}`
  const number = Number(hidden(vault, proof, BigInt(`0x${sealed}`)))
  return sameText(proof, proofOf(vault, number)) ? number : undefined
}

/** Which workspace a key belongs to. A new workspace is looked for once, an invented key costs one small query. */
export function createBadgeKeys({ vault }: Pick<App, 'vault'>, ids: () => Promise<string[]>) {
  const known = new Map<string, string>()
  const seen = new Set<string>()
  return async (key: string): Promise<string | undefined> => {
    if (!known.has(key))
      for (const id of await ids()) {
        if (seen.has(id)) continue
        seen.add(id)
        known.set(badgeKey(vault, id), id)
      }
    return known.get(key)
  }
}
